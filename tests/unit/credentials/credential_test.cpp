#include "rakkan/credentials/credential.hpp"

#include "rakkan/pki/certificate_builder.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/signing_service.hpp"
#include "support/signing_fixture.hpp"
#include "support/version_1_certificate.hpp"

namespace rakkan::credentials {
namespace {

using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class CredentialTest : public ::testing::Test {
 protected:
  CredentialRegistry& registry() { return fixture_.assembly->credentials(); }
  Result<CredentialSummary> generate(const std::string& id, CredentialKind kind = CredentialKind::operator_seal,
                                     KeyKind key_kind = KeyKind::ec_p256, const std::string& party = "") {
    return registry().generate(test::kOperator, {CredentialId(id), kind, PartyId(party), key_kind, "", "", "", {}});
  }
  Result<CredentialSummary> import(const std::string& id, const std::string& pem) {
    return registry().import_certificates(test::kOperator, CredentialId(id), bytes_of(pem));
  }

  // The certificate of the credential's key alone, without its issuer.
  std::string leaf(const std::string& id, CredentialKind kind = CredentialKind::operator_seal) {
    std::string pem = fixture_.certificates(id, kind);
    return pem.substr(fixture_.authority.pem().size());
  }
  pki::Certificate version_1(const std::string& id) {
    test::TestAuthority& authority = fixture_.authority;
    const auto key = test::value_or_throw(fixture_.software_keys.signer({id, id, fixture_.key_id(id)}));
    return test::value_or_throw(test::version_1_certificate(test::value_or_throw(pki::Name::from_text("CN=old")),
                                                            key->public_key().spki(), authority.certificate().subject(),
                                                            authority.validity(), authority.key()));
  }
  // Stores certificates as an earlier version did, which checked less of them.
  void store_certificates(const std::string& id, const std::vector<pki::Certificate>& certificates) {
    store::CredentialActivation change{CredentialId(id), {}};
    for (const pki::Certificate& certificate : certificates) {
      change.certificates.push_back(copy_of(certificate.der()));
    }
    store::Additions additions;
    additions.changes.emplace_back(std::move(change));
    ASSERT_THAT(fixture_.store->commit(additions), IsOk());
    fixture_.restart();
  }
  std::vector<ErrorCode> warnings() {
    std::vector<ErrorCode> codes;
    for (const Error& warning : fixture_.assembly->state().warnings()) {
      codes.push_back(warning.code);
    }
    return codes;
  }

  test::SigningFixture fixture_;
};

TEST_F(CredentialTest, GeneratedKeyIsPendingAndCannotSign) {
  ASSERT_OK_AND_ASSIGN(const CredentialSummary summary, generate("seal"));
  EXPECT_EQ(summary.status, CredentialStatus::pending);
  EXPECT_EQ(summary.token_label, "seal");
  EXPECT_EQ(summary.key_kind, "P-256");
  EXPECT_EQ(summary.suite, "ecdsa-sha256");
  EXPECT_THAT(registry().load(test::kOperator, CredentialId("seal")), FailsWith(ErrorCode::credential_not_ready));
}

TEST_F(CredentialTest, ImportedCertificateMakesItActive) {
  ASSERT_THAT(generate("seal"), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto summary,
                       import("seal", fixture_.certificates("seal", CredentialKind::operator_seal)));
  EXPECT_EQ(summary.status, CredentialStatus::active);
  ASSERT_OK_AND_ASSIGN(const auto credential, registry().load(test::kOperator, CredentialId("seal")));
  EXPECT_EQ(credential->material().certificate(), *summary.certificate);
}

TEST_F(CredentialTest, RequestIsForTheCredentialsKey) {
  ASSERT_THAT(generate("seal"), IsOk());
  ASSERT_OK_AND_ASSIGN(const pki::Name subject, pki::Name::from_text("CN=株式会社ラッカン,C=JP"));
  ASSERT_OK_AND_ASSIGN(const Bytes request, registry().certification_request(CredentialId("seal"), subject));
  const ByteView spki = fixture_.software_keys.at("seal").public_key().spki();
  EXPECT_NE(std::search(request.begin(), request.end(), spki.begin(), spki.end()), request.end());
}

TEST_F(CredentialTest, CertificateOfAnotherKeyIsRefused) {
  ASSERT_THAT(generate("seal"), IsOk());
  ASSERT_THAT(generate("other"), IsOk());
  EXPECT_THAT(import("seal", fixture_.certificates("other", CredentialKind::operator_seal)),
              FailsWith(ErrorCode::key_certificate_mismatch));
}

TEST_F(CredentialTest, KeyThatChangedUnderItsCertificateIsFoundAtLoad) {
  fixture_.enrol("seal", CredentialKind::operator_seal);
  fixture_.software_keys.replace("seal", KeyKind::ec_p256);
  EXPECT_THAT(registry().load(test::kOperator, CredentialId("seal")), FailsWith(ErrorCode::key_certificate_mismatch));
}

TEST_F(CredentialTest, DocumentCertificateWithTimestampingUseIsRefused) {
  ASSERT_THAT(generate("seal"), IsOk());
  EXPECT_THAT(import("seal", fixture_.certificates("seal", CredentialKind::tsu)),
              FailsWith(ErrorCode::certificate_unsuitable));
}

TEST_F(CredentialTest, UnitsCertificateMustBeForTimestampingAlone) {
  ASSERT_THAT(generate("tsu", CredentialKind::tsu), IsOk());
  EXPECT_THAT(import("tsu", fixture_.certificates("tsu", CredentialKind::operator_seal)),
              FailsWith(ErrorCode::certificate_unsuitable));
  EXPECT_THAT(import("tsu", fixture_.certificates("tsu", CredentialKind::tsu)), IsOk());
}

TEST_F(CredentialTest, CertificateOfVersion1IsRefused) {
  for (const auto kind : {CredentialKind::operator_seal, CredentialKind::tsu}) {
    const std::string id = kind == CredentialKind::tsu ? "tsu" : "seal";
    ASSERT_THAT(generate(id, kind), IsOk());
    const std::string pem = pki::to_pem("CERTIFICATE", version_1(id).der()) + fixture_.authority.pem();
    const auto refused = import(id, pem);
    ASSERT_THAT(refused, FailsWith(ErrorCode::certificate_unsuitable));
    EXPECT_THAT(refused.error().detail, ::testing::HasSubstr("version 1"));
    EXPECT_FALSE(refused.error().causes.empty());
  }
}

TEST_F(CredentialTest, CertificateWithoutItsChainIsTakenOnlyWhenThatIsAllowed) {
  ASSERT_THAT(generate("seal"), IsOk());
  const std::string pem = leaf("seal");
  EXPECT_THAT(import("seal", pem), FailsWith(ErrorCode::certificate_chain_incomplete));
  ASSERT_OK_AND_ASSIGN(
      const CredentialSummary taken,
      registry().import_certificates(test::kOperator, CredentialId("seal"), bytes_of(pem), IncompleteChain::allow));
  EXPECT_EQ(taken.status, CredentialStatus::active);
  ASSERT_EQ(taken.findings.size(), 1U);
  EXPECT_EQ(taken.findings.front().flaw, pki::CertificateFlaw::chain_incomplete);
  EXPECT_THAT(warnings(), ElementsAre(ErrorCode::certificate_chain_incomplete));
}

TEST_F(CredentialTest, AnIncompleteChainAllowsNothingElse) {
  ASSERT_THAT(generate("seal"), IsOk());
  const std::string pem = pki::to_pem("CERTIFICATE", version_1("seal").der());
  EXPECT_THAT(
      registry().import_certificates(test::kOperator, CredentialId("seal"), bytes_of(pem), IncompleteChain::allow),
      FailsWith(ErrorCode::certificate_unsuitable));
}

TEST_F(CredentialTest, ChainMayEndAtAConfiguredRoot) {
  service::Options options = test::SigningFixture::default_options();
  options.credentials.roots =
      test::write_bytes(fixture_.folder.path() / "roots.pem", bytes_of(fixture_.authority.pem()));
  ASSERT_THAT(generate("seal"), IsOk());
  const std::string pem = leaf("seal");
  fixture_.assembly.reset();
  fixture_.assembly = test::value_or_throw(service::Assembly::create(options, fixture_.environment()));
  ASSERT_THAT(import("seal", pem), IsOk());
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(CredentialTest, RootsThatCannotBeReadAreAnErrorOfTheConfiguration) {
  service::Options options = test::SigningFixture::default_options();
  options.credentials.roots = fixture_.folder.path() / "none.pem";
  EXPECT_THAT(service::Assembly::create(options, fixture_.environment()), FailsWith(ErrorCode::file_unreadable));
  options.credentials.roots = test::write_bytes(fixture_.folder.path() / "text.pem", bytes_of("no certificate"));
  EXPECT_THAT(service::Assembly::create(options, fixture_.environment()), FailsWith(ErrorCode::configuration_invalid));
  std::filesystem::permissions(options.credentials.roots, std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  EXPECT_THAT(service::Assembly::create(options, fixture_.environment()), FailsWith(ErrorCode::permissions_unsafe));
}

// The chain in the store is judged again at each start; signatures carry it without its root.
TEST_F(CredentialTest, RootIsKeptAndLeftOutOfSignatures) {
  fixture_.enrol("seal", CredentialKind::operator_seal);
  fixture_.restart();
  EXPECT_THAT(warnings(), IsEmpty());
  ASSERT_OK_AND_ASSIGN(const auto credential, registry().load(test::kOperator, CredentialId("seal")));
  EXPECT_THAT(credential->material().chain(), IsEmpty());
}

TEST_F(CredentialTest, ACertificateOfEarlierRulesWarnsAndSigns) {
  ASSERT_THAT(generate("seal"), IsOk());
  store_certificates("seal", {version_1("seal")});
  ASSERT_THAT(warnings(),
              UnorderedElementsAre(ErrorCode::certificate_unsuitable, ErrorCode::certificate_chain_incomplete));
  EXPECT_THAT(fixture_.assembly->state().warnings().front().where, ::testing::HasSubstr("credential seal"));
  const Bytes document = test::sample_pdf();
  EXPECT_THAT(fixture_.sign(fixture_.witness_command(CredentialId("seal"), document)), IsOk());
  ASSERT_THAT(registry().disable(test::kOperator, CredentialId("seal")), IsOk());
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(CredentialTest, AnExpiredCertificateWarnsWhenItsTimeComes) {
  fixture_.enrol("seal", CredentialKind::operator_seal);
  EXPECT_THAT(warnings(), IsEmpty());
  fixture_.clock.time = fixture_.authority.validity().not_after + std::chrono::hours(1);
  EXPECT_THAT(warnings(), ElementsAre(ErrorCode::certificate_expired));
}

TEST_F(CredentialTest, ManyCredentialsWithOneFlawAreOneWarning) {
  for (int i = 10; i < 22; ++i) {
    const std::string id = "seal-" + std::to_string(i);
    ASSERT_THAT(generate(id), IsOk());
    ASSERT_THAT(
        registry().import_certificates(test::kOperator, CredentialId(id), bytes_of(leaf(id)), IncompleteChain::allow),
        IsOk());
  }
  const auto all = fixture_.assembly->state().warnings();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_THAT(all.front().where, ::testing::StartsWith("credentials seal-10, seal-11, "));
  EXPECT_THAT(all.front().where, ::testing::EndsWith("seal-19 and 2 more"));
}

TEST_F(CredentialTest, ExpiredCertificateIsRefused) {
  ASSERT_THAT(generate("seal"), IsOk());
  const auto ended = [&](pki::CertificateTemplate& content) {
    content.validity.not_after = fixture_.clock.time - std::chrono::hours(1);
  };
  EXPECT_THAT(import("seal", fixture_.certificates("seal", CredentialKind::operator_seal, ended)),
              FailsWith(ErrorCode::certificate_expired));
}

TEST_F(CredentialTest, FutureCertificateIsRefused) {
  ASSERT_THAT(generate("seal"), IsOk());
  const auto later = [&](pki::CertificateTemplate& content) {
    content.validity.not_before = fixture_.clock.time + std::chrono::hours(1);
  };
  EXPECT_THAT(import("seal", fixture_.certificates("seal", CredentialKind::operator_seal, later)),
              FailsWith(ErrorCode::certificate_not_yet_valid));
}

TEST_F(CredentialTest, GarbageIsNoCertificate) {
  ASSERT_THAT(generate("seal"), IsOk());
  EXPECT_THAT(import("seal", "nothing"), FailsWith(ErrorCode::malformed_certificate));
}

TEST_F(CredentialTest, Ed25519IsRefusedForDocuments) {
  EXPECT_THAT(generate("seal", CredentialKind::operator_seal, KeyKind::ed25519),
              FailsWith(ErrorCode::ed25519_document_key));
  EXPECT_THAT(generate("p", CredentialKind::party, KeyKind::ed25519, "山田"),
              FailsWith(ErrorCode::ed25519_document_key));
  EXPECT_THAT(generate("tsu", CredentialKind::tsu, KeyKind::ed25519), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST_F(CredentialTest, Ed25519KeyMadeElsewhereIsRefusedToo) {
  ASSERT_THAT(fixture_.software_keys.generate({"seal", "seal", {}}, KeyKind::ed25519), IsOk());
  EXPECT_THAT(registry().adopt(
                  test::kOperator,
                  {CredentialId("seal"), CredentialKind::operator_seal, PartyId(), KeyKind::ec_p256, "", "", "", {}}),
              FailsWith(ErrorCode::ed25519_document_key));
}

TEST_F(CredentialTest, AdoptedKeyNamesItsKind) {
  ASSERT_THAT(fixture_.software_keys.generate({"ceremony", "root", {}}, KeyKind::ec_p384), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto summary, registry().adopt(test::kOperator, {CredentialId("seal"),
                                                                              CredentialKind::operator_seal,
                                                                              PartyId(),
                                                                              KeyKind::rsa_2048,
                                                                              "",
                                                                              "ceremony",
                                                                              "root",
                                                                              {}}));
  EXPECT_EQ(summary.key_kind, "P-384");
  EXPECT_EQ(summary.suite, "ecdsa-sha384");
}

TEST_F(CredentialTest, AdoptedKeyBearsBothTheLabelAndTheIdThatAreGiven) {
  ASSERT_THAT(fixture_.software_keys.generate({"ceremony", "root", Bytes{1}}, KeyKind::ec_p384), IsOk());
  ASSERT_THAT(fixture_.software_keys.generate({"ceremony", "other", Bytes{2}}, KeyKind::ec_p384), IsOk());
  const auto adopt = [&](const std::string& id, const std::string& label, Bytes key_id) {
    return registry().adopt(test::kOperator, {CredentialId(id), CredentialKind::operator_seal, PartyId(),
                                              KeyKind::ec_p384, "", "ceremony", label, std::move(key_id)});
  };
  EXPECT_THAT(adopt("a", "root", Bytes{2}), FailsWith(ErrorCode::key_not_found));
  EXPECT_THAT(adopt("a", "nobody", Bytes{1}), FailsWith(ErrorCode::key_not_found));
  EXPECT_THAT(registry().find(test::kOperator, CredentialId("a")), FailsWith(ErrorCode::credential_unknown));
  ASSERT_OK_AND_ASSIGN(const auto both, adopt("a", "root", Bytes{1}));
  EXPECT_EQ(both.key_label, "root");
  ASSERT_OK_AND_ASSIGN(const auto by_id, adopt("b", "", Bytes{2}));
  EXPECT_EQ(by_id.key_label, "other");
  ASSERT_OK_AND_ASSIGN(const auto by_label, adopt("c", "root", {}));
  EXPECT_EQ(by_label.key_id, Bytes{1});
}

TEST_F(CredentialTest, AdoptingAMissingKeyFails) {
  EXPECT_THAT(registry().adopt(
                  test::kOperator,
                  {CredentialId("seal"), CredentialKind::operator_seal, PartyId(), KeyKind::ec_p256, "", "", "", {}}),
              FailsWith(ErrorCode::key_not_found));
}

TEST_F(CredentialTest, SuiteMustSuitTheKey) {
  EXPECT_THAT(registry().generate(test::kOperator, {CredentialId("a"),
                                                    CredentialKind::operator_seal,
                                                    PartyId(),
                                                    KeyKind::ec_p256,
                                                    "rsa-pss-sha256",
                                                    "",
                                                    "",
                                                    {}}),
              FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(registry().generate(test::kOperator, {CredentialId("a"),
                                                    CredentialKind::operator_seal,
                                                    PartyId(),
                                                    KeyKind::rsa_2048,
                                                    "rsa-pss-sha256",
                                                    "",
                                                    "",
                                                    {}}),
              IsOk());
}

TEST_F(CredentialTest, IdMustBePlain) {
  for (const char* id : {"", "Seal", "../x", "a b", ".a", "印", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_THAT(generate(id), FailsWith(ErrorCode::invalid_argument)) << id;
  }
}

TEST_F(CredentialTest, TokenLabelCannotLeaveTheFolderOfPins) {
  EXPECT_THAT(registry().generate(
                  test::kOperator,
                  {CredentialId("a"), CredentialKind::operator_seal, PartyId(), KeyKind::ec_p256, "", "../a", "", {}}),
              FailsWith(ErrorCode::invalid_argument));
}

TEST_F(CredentialTest, PartyIsNamedExactlyByPartyCredentials) {
  EXPECT_THAT(generate("p", CredentialKind::party), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(generate("p", CredentialKind::tsu, KeyKind::ec_p256, "山田"), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(generate("p", CredentialKind::party, KeyKind::ec_p256, "山田"), IsOk());
}

TEST_F(CredentialTest, TakenIdMakesNoKey) {
  ASSERT_THAT(generate("seal"), IsOk());
  EXPECT_THAT(registry().generate(
                  test::kOperator,
                  {CredentialId("seal"), CredentialKind::tsu, PartyId(), KeyKind::ec_p256, "", "elsewhere", "", {}}),
              FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(fixture_.software_keys.signer({"elsewhere", "seal", {}}), FailsWith(ErrorCode::key_not_found));
}

TEST_F(CredentialTest, DisabledCredentialIsRefusedEverywhere) {
  const CredentialId id = fixture_.enrol("seal", CredentialKind::operator_seal);
  ASSERT_THAT(registry().load(test::kOperator, id), IsOk());
  const std::string pem = fixture_.certificates("seal", CredentialKind::operator_seal);
  ASSERT_THAT(registry().disable(test::kOperator, id), IsOk());
  EXPECT_THAT(registry().load(test::kOperator, id), FailsWith(ErrorCode::credential_disabled));
  EXPECT_THAT(import("seal", pem), FailsWith(ErrorCode::credential_disabled));
  EXPECT_THAT(registry().certification_request(id, {}), FailsWith(ErrorCode::credential_disabled));
}

TEST_F(CredentialTest, UnknownCredentialIsUnknown) {
  EXPECT_THAT(registry().load(test::kOperator, CredentialId("x")), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(registry().find(test::kOperator, CredentialId("x")), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(import("x", fixture_.authority.pem()), FailsWith(ErrorCode::credential_unknown));
}

TEST_F(CredentialTest, SignerIsOpenedOnceAndAgainAfterRenewal) {
  const CredentialId id = fixture_.enrol("seal", CredentialKind::operator_seal);
  ASSERT_OK_AND_ASSIGN(const auto first, registry().load(test::kOperator, id));
  const int opened = fixture_.software_keys.opened;
  ASSERT_OK_AND_ASSIGN(const auto second, registry().load(test::kOperator, id));
  EXPECT_EQ(first, second);
  EXPECT_EQ(fixture_.software_keys.opened, opened);
  fixture_.certify("seal", CredentialKind::operator_seal);
  ASSERT_OK_AND_ASSIGN(const auto renewed, registry().load(test::kOperator, id));
  EXPECT_NE(renewed->material().certificate(), first->material().certificate());
}

TEST_F(CredentialTest, ListShowsEveryCredentialWithoutTouchingAKey) {
  fixture_.enrol("seal", CredentialKind::operator_seal);
  ASSERT_THAT(generate("p", CredentialKind::party, KeyKind::rsa_2048, "山田"), IsOk());
  const int opened = fixture_.software_keys.opened;
  const auto list = registry().list(test::kOperator);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].party, PartyId("山田"));
  EXPECT_EQ(list[0].certificate, std::nullopt);
  EXPECT_TRUE(list[1].certificate.has_value());
  EXPECT_EQ(fixture_.software_keys.opened, opened);
}

}  // namespace
}  // namespace rakkan::credentials
