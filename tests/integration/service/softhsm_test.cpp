// The use cases with keys in SoftHSM tokens that they made themselves, and OpenSSL's program as the judge.
#include <sys/stat.h>

#include <fstream>

#include "rakkan/async/task.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/options.hpp"
#include "support/run_command.hpp"
#include "support/signing_fixture.hpp"
#include "support/softhsm_fixture.hpp"

namespace rakkan::service {
namespace {

using crypto::DigestAlgorithm;
using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

// Tokens live as long as the process: each test has labels of its own.
std::string fresh(const std::string& label) {
  static int count = 0;
  return label + "-" + std::to_string(++count);
}

class ServiceOnSoftHsm : public ::testing::Test {
 protected:
  std::unique_ptr<credentials::KeySource> open_keys() {
    return credentials::make_hsm_keys(hsm::Options{}, credentials::TokenOptions{}, pins_.path(), random_);
  }
  static Options options() {
    Options options = test::SigningFixture::default_options();
    options.tsu.credential = fresh("tsu");
    return options;
  }
  [[nodiscard]] std::filesystem::path pin_file(const CredentialId& id) const {
    return pins_.path() / "pins" / (id.value() + ".pin");
  }
  std::filesystem::path write(const std::string& name, ByteView bytes) {
    const auto path = pins_.path() / name;
    std::ofstream(path, std::ios::binary) << text_of(bytes);
    return path;
  }

  // The verdict of `openssl cms` on a signature over the two spans, with the test's root as the only anchor.
  test::CommandOutcome openssl_verifies(const test::CutSignature& cut, ByteView content) {
    return test::openssl_verifies(pins_.path(), cut.cms.der(), content, fixture_.authority.pem());
  }

  test::SoftHsm& softhsm_ = test::SoftHsm::process();
  test::TemporaryFolder pins_;
  crypto::SystemRandom random_;
  std::unique_ptr<credentials::KeySource> keys_ = open_keys();
  test::SigningFixture fixture_{options(), keys_.get()};
  Bytes document_ = test::sample_pdf();
};

TEST_F(ServiceOnSoftHsm, BothTypesSignOneAfterTheOtherAndOpenSslAgrees) {
  const CredentialId seal =
      fixture_.enrol(fresh("seal"), credentials::CredentialKind::operator_seal, KeyKind::rsa_2048);
  const CredentialId yamada =
      fixture_.enrol(fresh("yamada"), credentials::CredentialKind::party, KeyKind::ec_p256, "山田");
  fixture_.enrol(fixture_.assembly->options().tsu.credential, credentials::CredentialKind::tsu, KeyKind::ec_p384);
  fixture_.set_pin(yamada, test::kYamadasPin);

  SignPdfCommand witness = fixture_.witness_command(seal, document_);
  witness.level = pades::BaselineLevel::b_t;
  ASSERT_OK_AND_ASSIGN(const SignedDocument first, fixture_.sign(std::move(witness)));
  const test::CutSignature first_cut = test::cut_signature(document_, first);
  append(document_, ByteView(first.stored.tail));
  SignPdfCommand party = fixture_.party_command(yamada, document_, test::kYamadasPin);
  party.level = pades::BaselineLevel::b_t;
  ASSERT_OK_AND_ASSIGN(const SignedDocument second, fixture_.sign(std::move(party)));
  const test::CutSignature second_cut = test::cut_signature(document_, second);

  for (const test::CutSignature* cut : {&first_cut, &second_cut}) {
    EXPECT_THAT(openssl_verifies(*cut, cut->content).output, HasSubstr("successful"));
    Bytes tampered = cut->content;
    tampered[tampered.size() / 3] ^= 0x01U;
    EXPECT_NE(openssl_verifies(*cut, tampered).exit_code, 0);
    const cms::SignerInfo& info = cut->cms.signer_infos().front();
    const auto token = info.unsigned_attribute(cms::kIdSignatureTimeStampToken);
    ASSERT_TRUE(token.has_value());
    const auto verified = test::run_command(
        {"openssl", "ts", "-verify", "-token_in", "-in", write("token.der", *token), "-digest",
         to_hex(crypto::digest(DigestAlgorithm::sha256, info.signature).view()), "-CAfile", pins_.path() / "root.pem"});
    EXPECT_THAT(verified.output, HasSubstr("Verification: OK"));
  }
  EXPECT_EQ(first.pdf.signatures_made, 1U);
  EXPECT_EQ(second.pdf.signatures_made, 1U);
}

TEST_F(ServiceOnSoftHsm, EachCredentialGetsATokenWithAPinFileForItsOwnerAlone) {
  const CredentialId a = fixture_.enrol(fresh("a"), credentials::CredentialKind::operator_seal);
  const CredentialId b = fixture_.enrol(fresh("b"), credentials::CredentialKind::operator_seal);
  ASSERT_OK_AND_ASSIGN(const auto module, softhsm_.module());
  ASSERT_OK_AND_ASSIGN(const auto tokens, module->tokens());
  std::string pins;
  for (const CredentialId& id : {a, b}) {
    EXPECT_EQ(std::count_if(tokens.begin(), tokens.end(), [&](const auto& t) { return t.label == id.value(); }), 1);
    struct stat status{};
    ASSERT_EQ(::stat(pin_file(id).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    ASSERT_OK_AND_ASSIGN(const SecureBytes pin, read_secret_file(pin_file(id)));
    EXPECT_NE(pins, std::string(pin.text()));
    pins = pin.text();
  }
}

TEST_F(ServiceOnSoftHsm, CredentialSignsAfterARestart) {
  const CredentialId seal = fixture_.enrol(fresh("seal"), credentials::CredentialKind::operator_seal);
  const auto reopened_keys = open_keys();
  ASSERT_OK_AND_ASSIGN(const auto again,
                       Assembly::create(fixture_.assembly->options(), {.store = *fixture_.store,
                                                                       .keys = *reopened_keys,
                                                                       .clock = fixture_.clock,
                                                                       .random = random_,
                                                                       .trail = fixture_.trail,
                                                                       .monotonic = &fixture_.monotonic}));
  EXPECT_THAT(async::block_on(again->signing().sign_pdf(fixture_.witness_command(seal, document_))), IsOk());
}

TEST_F(ServiceOnSoftHsm, WrongTokenPinStopsTheTokenAndIsNotTriedAgain) {
  const CredentialId seal = fixture_.enrol(fresh("seal"), credentials::CredentialKind::operator_seal);
  keys_.reset();  // the session that is logged in
  const auto reopened_keys = open_keys();
  ASSERT_OK_AND_ASSIGN(const SecureBytes right, read_secret_file(pin_file(seal)));
  ASSERT_THAT(write_file_atomically(pin_file(seal), {bytes_of("0000-wrong")}, true), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto row, fixture_.store->credential(seal));
  const credentials::KeyAddress address{row.token_label, row.key_label, row.key_id};
  EXPECT_THAT(reopened_keys->signer(address), FailsWith(ErrorCode::hsm_pin_rejected));
  ASSERT_THAT(write_file_atomically(pin_file(seal), {right.view()}, true), IsOk());
  EXPECT_THAT(reopened_keys->signer(address), FailsWith(ErrorCode::hsm_pin_rejected));
}

TEST_F(ServiceOnSoftHsm, TokenIsFoundByItsSlotToo) {
  const CredentialId seal = fixture_.enrol(fresh("seal"), credentials::CredentialKind::operator_seal);
  ASSERT_OK_AND_ASSIGN(const auto module, softhsm_.module());
  ASSERT_OK_AND_ASSIGN(const auto tokens, module->tokens());
  const auto token = std::find_if(tokens.begin(), tokens.end(), [&](const auto& t) { return t.label == seal.value(); });
  ASSERT_NE(token, tokens.end());
  const std::string by_slot = "slot:" + std::to_string(token->slot);
  std::filesystem::rename(pin_file(seal), pin_file(CredentialId(by_slot)));
  ASSERT_OK_AND_ASSIGN(const auto row, fixture_.store->credential(seal));
  EXPECT_THAT(open_keys()->signer({by_slot, row.key_label, row.key_id}), IsOk());
  EXPECT_THAT(open_keys()->signer({"slot:x", row.key_label, row.key_id}), FailsWith(ErrorCode::file_unreadable));
}

TEST_F(ServiceOnSoftHsm, MissingPinFileIsNamed) {
  const CredentialId seal = fixture_.enrol(fresh("seal"), credentials::CredentialKind::operator_seal);
  std::filesystem::remove(pin_file(seal));
  ASSERT_OK_AND_ASSIGN(const auto row, fixture_.store->credential(seal));
  const auto result = open_keys()->signer({row.token_label, row.key_label, row.key_id});
  ASSERT_THAT(result, FailsWith(ErrorCode::file_unreadable));
  EXPECT_EQ(result.error().where, pin_file(seal).string());
}

TEST_F(ServiceOnSoftHsm, CertificateOfAnotherTokensKeyIsRefused) {
  const std::string a = fresh("a");
  const std::string b = fresh("b");
  fixture_.enrol(a, credentials::CredentialKind::operator_seal);
  fixture_.enrol(b, credentials::CredentialKind::operator_seal);
  EXPECT_THAT(fixture_.assembly->credentials().import_certificates(
                  test::kOperator, CredentialId(a),
                  bytes_of(fixture_.certificates(b, credentials::CredentialKind::operator_seal))),
              FailsWith(ErrorCode::key_certificate_mismatch));
}

TEST_F(ServiceOnSoftHsm, Ed25519KeyOfATokenIsNoDocumentCredential) {
  const std::string label = fresh("ed");
  ASSERT_THAT(keys_->generate({label, label, Bytes{1}}, KeyKind::ed25519), IsOk());
  EXPECT_THAT(fixture_.assembly->credentials().adopt(
                  test::kOperator, {CredentialId(label), credentials::CredentialKind::operator_seal, PartyId(),
                                    KeyKind::ec_p256, "", "", "", Bytes{1}}),
              FailsWith(ErrorCode::ed25519_document_key));
}

TEST_F(ServiceOnSoftHsm, LabelAndIdOfAnAdoptedKeyAreOfOneObject) {
  const std::string token = fresh("ceremony");
  ASSERT_THAT(keys_->generate({token, "first", Bytes{1}}, KeyKind::ec_p256), IsOk());
  ASSERT_THAT(keys_->generate({token, "second", Bytes{2}}, KeyKind::ec_p256), IsOk());
  const auto adopt = [&](const std::string& id, const std::string& label, Bytes key_id) {
    return fixture_.assembly->credentials().adopt(
        test::kOperator, {CredentialId(id), credentials::CredentialKind::operator_seal, PartyId(), KeyKind::ec_p256, "",
                          token, label, std::move(key_id)});
  };
  EXPECT_THAT(adopt(fresh("a"), "first", Bytes{2}), FailsWith(ErrorCode::key_not_found));   // another's
  EXPECT_THAT(adopt(fresh("a"), "nobody", Bytes{2}), FailsWith(ErrorCode::key_not_found));  // nobody's
  EXPECT_THAT(adopt(fresh("a"), "first", Bytes{3}), FailsWith(ErrorCode::key_not_found));
  ASSERT_OK_AND_ASSIGN(const credentials::CredentialSummary both, adopt(fresh("a"), "first", Bytes{1}));
  EXPECT_EQ(both.key_label, "first");
  EXPECT_EQ(both.key_id, Bytes{1});
  ASSERT_OK_AND_ASSIGN(const credentials::CredentialSummary by_id, adopt(fresh("a"), "", Bytes{2}));
  EXPECT_EQ(by_id.key_label, "second");
  ASSERT_OK_AND_ASSIGN(const credentials::CredentialSummary by_label, adopt(fresh("a"), "second", {}));
  EXPECT_EQ(by_label.key_id, Bytes{2});
}

TEST_F(ServiceOnSoftHsm, WrongPinLocksThePartyAndNotTheToken) {
  const CredentialId yamada =
      fixture_.enrol(fresh("yamada"), credentials::CredentialKind::party, KeyKind::ec_p256, "山田");
  const CredentialId sato = fixture_.enrol(fresh("sato"), credentials::CredentialKind::party, KeyKind::ec_p256, "佐藤");
  fixture_.set_pin(yamada, test::kYamadasPin);
  fixture_.set_pin(sato, test::kSatosPin);
  EXPECT_THAT(fixture_.sign(fixture_.party_command(sato, document_, test::kYamadasPin)),
              FailsWith(ErrorCode::pin_incorrect));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(fixture_.sign(fixture_.party_command(yamada, document_, "wrong-pin")),
                FailsWith(ErrorCode::pin_incorrect));
  }
  EXPECT_THAT(fixture_.sign(fixture_.party_command(yamada, document_, test::kYamadasPin)),
              FailsWith(ErrorCode::pin_locked));
  EXPECT_THAT(fixture_.sign(fixture_.party_command(sato, document_, test::kSatosPin)), IsOk());
}

TEST_F(ServiceOnSoftHsm, TheKeyOfTheLogIsMadeOnceAndFoundAgain) {
  const std::string label = fresh("audit-log");
  const credentials::KeyAddress address{label, "checkpoints", {}};
  EXPECT_THAT(keys_->checkpoint_signer(address, false), Not(IsOk()));
  ASSERT_OK_AND_ASSIGN(const auto made, keys_->checkpoint_signer(address, true));
  EXPECT_EQ(made->public_key().kind(), KeyKind::ed25519);
  const auto later = open_keys();
  ASSERT_OK_AND_ASSIGN(const auto found, later->checkpoint_signer(address, true));
  EXPECT_EQ(found->public_key(), made->public_key());
  ASSERT_OK_AND_ASSIGN(const Bytes signature, found->sign_message(bytes_of("a checkpoint")));
  EXPECT_THAT(
      made->public_key().verify_message(crypto::default_suite(KeyKind::ed25519), bytes_of("a checkpoint"), signature),
      IsOk());
  // It is no key for documents.
  EXPECT_THAT(keys_->signer(address), FailsWith(ErrorCode::ed25519_document_key));
}

TEST_F(ServiceOnSoftHsm, AMissingKeyOfALogThatHasBegunIsNotMadeAnew) {
  const std::string label = fresh("audit-log");
  ASSERT_THAT(keys_->generate({label, "other", {0x01}}, KeyKind::ec_p256), IsOk());
  EXPECT_THAT(keys_->checkpoint_signer({label, "checkpoints", {}}, false), FailsWith(ErrorCode::key_not_found));
  EXPECT_THAT(keys_->checkpoint_signer({label, "other", {}}, true), FailsWith(ErrorCode::unsupported_algorithm));
}

}  // namespace
}  // namespace rakkan::service
