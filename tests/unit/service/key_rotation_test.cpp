// A key is changed while signatures are being made: each is of one generation, whole, and none fails.
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "rakkan/async/task.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/signing_service.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::service {
namespace {

using crypto::DigestAlgorithm;
using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class KeyRotation : public ::testing::Test {
 protected:
  KeyRotation() { fixture_.set_pin(yamada_, test::kYamadasPin); }

  // The next key of another kind and of other sizes, where the credential is no unit's.
  void rotate(const CredentialId& id, std::optional<KeyKind> kind = KeyKind::rsa_2048) {
    const std::string suite = kind ? "rsa-pkcs1-sha256" : "";
    test::value_or_throw(
        fixture_.assembly->credentials().rotate(test::kOperator, id, {.key_kind = kind, .suite = suite}));
  }
  void import_next(const CredentialId& id, std::optional<Instant> at = std::nullopt) {
    const std::string pem = fixture_.next_certificates(id);
    test::value_or_throw(fixture_.assembly->credentials().import_certificates(
        test::kOperator, id, bytes_of(pem), credentials::IncompleteChain::refuse, at));
  }
  pki::Certificate certificate(const CredentialId& id, std::size_t generation) {
    const auto found = test::value_or_throw(fixture_.assembly->credentials().find(test::kOperator, id));
    return found.generations.at(generation - 1).certificate.value();
  }

  Result<SignedDigest> sign_digest(const crypto::Digest& digest, ByteView content) {
    SignHashCommand command{
        {.principal = {"t"}, .credential = seal_, .type = SignatureType::witness, .level = pades::BaselineLevel::b_b},
        digest};
    command.consent.instruction = fixture_.instruction_for(content);
    return fixture_.sign(std::move(command));
  }
  // The certificate within that verifies it, whole: signer, attributes and value are of one key.
  static Result<pki::Certificate> signer_of(const cms::SignedData& cms, const crypto::Digest& content) {
    const cms::SignerInfo& signer = cms.signer_infos().front();
    RAKKAN_TRY(pki::Certificate certificate, cms::find_signer_certificate(cms, signer));
    RAKKAN_CHECK(cms::verify_signer_info(cms, signer, content, certificate));
    return certificate;
  }

  test::SigningFixture fixture_;
  CredentialId seal_ = fixture_.enrol("seal", credentials::CredentialKind::operator_seal);
  CredentialId yamada_ = fixture_.enrol("yamada", credentials::CredentialKind::party, KeyKind::ec_p256, "山田");
  CredentialId tsu_ = fixture_.enrol("tsu", credentials::CredentialKind::tsu);
  Bytes document_ = test::sample_pdf();
};

TEST_F(KeyRotation, UnderLoadEverySignatureIsOfOneGenerationAndNoneFails) {
  constexpr unsigned kThreads = 4;
  constexpr unsigned kEach = 40;
  ASSERT_THAT(sign_digest(crypto::digest(DigestAlgorithm::sha256, document_), document_), IsOk());
  rotate(seal_);
  const std::string pem = fixture_.next_certificates(seal_);
  std::mutex mutex;
  std::set<std::string> seen;  // serial numbers
  std::vector<std::string> wrong;
  std::atomic<unsigned> made{0};
  const auto judge = [&](const Result<pki::Certificate>& signer) {
    const std::scoped_lock lock(mutex);
    if (signer) {
      seen.insert(to_hex(signer->serial_number()));
    } else {
      wrong.push_back(to_string(signer.error()));
    }
    ++made;
  };
  const auto sign = [&](unsigned i) {
    if (i % 4 == 0) {
      judge(fixture_.sign(fixture_.witness_command(seal_, document_)).and_then([&](const SignedDocument& signed_pdf) {
        const auto cut = test::cut_signature(document_, signed_pdf);
        return signer_of(cut.cms, crypto::digest(DigestAlgorithm::sha256, cut.content));
      }));
      return;
    }
    const Bytes content = copy_of(bytes_of(std::to_string(i)));
    const auto digest = crypto::digest(DigestAlgorithm::sha256, content);
    judge(sign_digest(digest, content).and_then([&](const SignedDigest& detached) {
      return cms::SignedData::parse(detached.stored.tail).and_then([&](const cms::SignedData& cms) {
        return signer_of(cms, digest);
      });
    }));
  };
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (unsigned i = 0; i < kEach; ++i) {
        sign(thread * kEach + i);
      }
    });
  }
  EXPECT_TRUE(test::eventually([&] { return made >= kThreads * kEach / 4; }));
  ASSERT_THAT(fixture_.assembly->credentials().import_certificates(test::kOperator, seal_, bytes_of(pem)), IsOk());
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(wrong, ElementsAre());
  EXPECT_THAT(
      seen, ElementsAre(to_hex(certificate(seal_, 1).serial_number()), to_hex(certificate(seal_, 2).serial_number())));
}

// The switch in the middle of a signature, where it would be worst.
TEST_F(KeyRotation, ASignatureThatIsBeingMadeIsMadeWithTheKeyItBeganWith) {
  rotate(seal_);
  const std::string pem = fixture_.next_certificates(seal_);
  bool switched = false;
  fixture_.software_keys.at("seal").before = [&](const crypto::Digest&) {
    switched = fixture_.assembly->credentials().import_certificates(test::kOperator, seal_, bytes_of(pem)).has_value();
  };
  ASSERT_OK_AND_ASSIGN(const SignedDocument signed_pdf, fixture_.sign(fixture_.witness_command(seal_, document_)));
  ASSERT_TRUE(switched);
  const auto cut = test::cut_signature(document_, signed_pdf);
  ASSERT_OK_AND_ASSIGN(const pki::Certificate signer,
                       signer_of(cut.cms, crypto::digest(DigestAlgorithm::sha256, cut.content)));
  EXPECT_EQ(signer, certificate(seal_, 1));
  EXPECT_THAT(fixture_.trail.bodies("signature.intent"),
              ElementsAre(HasSubstr(R"("generation":1,"certificate":{"alg":"SHA-256","value":")" +
                                    to_hex(signer.fingerprint().view()))));
  ASSERT_OK_AND_ASSIGN(const SignedDocument next, fixture_.sign(fixture_.witness_command(seal_, document_)));
  EXPECT_THAT(next.stored.facts, HasSubstr(R"("generation":2,"certificate":{"alg":"SHA-256","value":")" +
                                           to_hex(certificate(seal_, 2).fingerprint().view())));
}

// A document that was hashed for the first key is signed with the second: they share the digest.
TEST_F(KeyRotation, ADocumentThatWasHashedBeforeIsSignedAfter) {
  rotate(seal_);
  SignPdfCommand command = fixture_.witness_command(seal_, document_);
  import_next(seal_);
  ASSERT_OK_AND_ASSIGN(const SignedDocument signed_pdf, fixture_.sign(std::move(command)));
  const auto cut = test::cut_signature(document_, signed_pdf);
  ASSERT_OK_AND_ASSIGN(const pki::Certificate signer,
                       signer_of(cut.cms, crypto::digest(DigestAlgorithm::sha256, cut.content)));
  EXPECT_EQ(signer, certificate(seal_, 2));
}

TEST_F(KeyRotation, APartysPinAndActivationsOutliveItsKey) {
  ActivateCommand activate{.principal = {"tester"},
                           .credential = yamada_,
                           .digests = {crypto::digest(DigestAlgorithm::sha256, document_)},
                           .pin = test::pin_of(test::kYamadasPin)};
  ASSERT_OK_AND_ASSIGN(const Activated granted, async::block_on(fixture_.service->activate(std::move(activate))));
  rotate(yamada_);
  import_next(yamada_);
  SignPdfCommand command = fixture_.party_command(yamada_, document_, "");
  command.consent.pin.reset();
  command.consent.activation = SecureBytes(granted.token.view());
  ASSERT_OK_AND_ASSIGN(const SignedDocument by_token, fixture_.sign(std::move(command)));
  const auto cut = test::cut_signature(document_, by_token);
  ASSERT_OK_AND_ASSIGN(const pki::Certificate signer,
                       signer_of(cut.cms, crypto::digest(DigestAlgorithm::sha256, cut.content)));
  EXPECT_EQ(signer, certificate(yamada_, 2));
  EXPECT_THAT(fixture_.sign(fixture_.party_command(yamada_, document_, test::kYamadasPin)), IsOk());
  EXPECT_THAT(fixture_.sign(fixture_.party_command(yamada_, document_, test::kSatosPin)),
              FailsWith(ErrorCode::pin_incorrect));
}

TEST_F(KeyRotation, TheUnitStampsWithItsNextKeyFromItsTimeOn) {
  const auto digest = crypto::digest(DigestAlgorithm::sha256, document_);
  const auto stamped_with = [&]() -> Result<pki::Certificate> {
    RAKKAN_TRY(const tsp::TimestampToken token, fixture_.stamp(digest));
    const cms::SignedData& data = token.signed_data();
    return signer_of(data, crypto::digest(DigestAlgorithm::sha256, data.content().value()));
  };
  ASSERT_OK_AND_ASSIGN(const pki::Certificate before, stamped_with());
  EXPECT_EQ(before, certificate(tsu_, 1));
  rotate(tsu_, std::nullopt);
  const Instant at = fixture_.clock.time + 1h;
  import_next(tsu_, at);
  ASSERT_OK_AND_ASSIGN(const pki::Certificate waiting, stamped_with());
  EXPECT_EQ(waiting, before);
  fixture_.clock.time = at;
  fixture_.monotonic.time += 1h;
  ASSERT_OK_AND_ASSIGN(const pki::Certificate after, stamped_with());
  EXPECT_EQ(after, certificate(tsu_, 2));
  EXPECT_THAT(async::block_on(fixture_.assembly->state().readiness()), ElementsAre());
}

}  // namespace
}  // namespace rakkan::service
