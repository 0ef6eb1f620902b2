// From one key of a credential to the next, with a clock that stands where the test puts it.
#include "rakkan/base/hex.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/service/signing_service.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::credentials {
namespace {

using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class RotationTest : public ::testing::Test {
 protected:
  CredentialRegistry& registry() { return fixture_.assembly->credentials(); }
  Result<CredentialSummary> rotate(NextKey next = {}) {
    return registry().rotate(test::kOperator, seal_, std::move(next));
  }
  Result<CredentialSummary> import(const std::string& pem, std::optional<Instant> at = std::nullopt) {
    return registry().import_certificates(test::kOperator, seal_, bytes_of(pem), IncompleteChain::refuse, at);
  }
  CredentialSummary summary() { return test::value_or_throw(registry().find(test::kOperator, seal_)); }
  std::uint32_t signs_with() { return test::value_or_throw(registry().load(test::kOperator, seal_))->generation(); }
  std::vector<std::string> statuses() {
    std::vector<std::string> all;
    for (const GenerationSummary& one : summary().generations) {
      all.push_back(std::to_string(one.number) + " " + std::string(name(one.status)));
    }
    return all;
  }
  Instant in(std::chrono::milliseconds time) const { return fixture_.clock.time + time; }

  test::SigningFixture fixture_;
  CredentialId seal_ = fixture_.enrol("seal", CredentialKind::operator_seal);
};

TEST_F(RotationTest, TheNextKeyWaitsBesideThePresentOneInItsToken) {
  const CredentialSummary before = summary();
  ASSERT_OK_AND_ASSIGN(const CredentialSummary rotated, rotate());
  EXPECT_EQ(rotated.status, CredentialStatus::active);
  EXPECT_EQ(rotated.key_id, before.key_id) << "the present key is in force";
  EXPECT_THAT(statuses(), ElementsAre("1 current", "2 uncertified"));
  const GenerationSummary& next = rotated.generations.back();
  EXPECT_EQ(next.token_label, "seal");
  EXPECT_EQ(next.key_label, "seal#" + to_hex(ByteView(next.key_id).first(4)));
  EXPECT_EQ(next.key_kind, before.key_kind);
  EXPECT_EQ(next.suite, before.suite);
  EXPECT_EQ(next.begins, std::nullopt);
  EXPECT_EQ(signs_with(), 1U);
}

TEST_F(RotationTest, ARequestIsForTheNextKeyWhileOneWaits) {
  ASSERT_OK_AND_ASSIGN(const pki::Name subject, pki::Name::from_text("CN=next"));
  ASSERT_OK_AND_ASSIGN(const CertificationRequest first, registry().certification_request(seal_, subject));
  EXPECT_EQ(first.generation, 1U);
  ASSERT_THAT(rotate(), IsOk());
  ASSERT_OK_AND_ASSIGN(const CertificationRequest second, registry().certification_request(seal_, subject));
  EXPECT_EQ(second.generation, 2U);
  const GenerationSummary next = summary().generations.back();
  ASSERT_OK_AND_ASSIGN(const auto signer,
                       fixture_.software_keys.signer({next.token_label, next.key_label, next.key_id}));
  const ByteView spki = signer->public_key().spki();
  EXPECT_NE(std::search(second.der.begin(), second.der.end(), spki.begin(), spki.end()), second.der.end());
}

TEST_F(RotationTest, ItsCertificateSwitchesAtOnce) {
  ASSERT_OK_AND_ASSIGN(const auto first, registry().load(test::kOperator, seal_));
  ASSERT_THAT(rotate(), IsOk());
  ASSERT_OK_AND_ASSIGN(const CredentialSummary switched, import(fixture_.next_certificates(seal_)));
  EXPECT_EQ(switched.generation, 2U);
  EXPECT_THAT(statuses(), ElementsAre("1 former", "2 current"));
  EXPECT_EQ(switched.generations.front().ends, fixture_.clock.time);
  EXPECT_EQ(switched.generations.back().begins, fixture_.clock.time);
  EXPECT_EQ(switched.generations.front().certificate, first->material().certificate()) << "it stays findable";
  ASSERT_OK_AND_ASSIGN(const auto second, registry().load(test::kOperator, seal_));
  EXPECT_EQ(second->generation(), 2U);
  EXPECT_EQ(second->material().certificate(), *switched.certificate);
  EXPECT_THAT(first->still_stands(fixture_.clock.time), IsOk()) << "what is being signed with it is signed";
}

// Decided at each look: before, at and after the time, and also when the clock goes back.
TEST_F(RotationTest, ItsTimeSwitches) {
  ASSERT_THAT(rotate(), IsOk());
  const Instant at = in(2h);
  ASSERT_THAT(import(fixture_.next_certificates(seal_), at), IsOk());
  EXPECT_THAT(statuses(), ElementsAre("1 current", "2 scheduled"));
  EXPECT_EQ(summary().generations.front().ends, at);
  EXPECT_EQ(signs_with(), 1U);
  fixture_.clock.time = at - 1ms;
  EXPECT_EQ(signs_with(), 1U);
  EXPECT_EQ(registry().opened(test::kOperator, seal_).value()->generation(), 1U);
  fixture_.clock.time = at;
  EXPECT_EQ(signs_with(), 2U);
  EXPECT_THAT(statuses(), ElementsAre("1 former", "2 current"));
  fixture_.clock.time = at + 1ms;
  EXPECT_EQ(signs_with(), 2U);
  fixture_.clock.time = at - 1h;
  EXPECT_EQ(signs_with(), 1U);
}

TEST_F(RotationTest, NobodyWaitsForTheTokenWhenItsTimeComes) {
  ASSERT_THAT(registry().load(test::kOperator, seal_), IsOk());
  ASSERT_THAT(rotate(), IsOk());
  ASSERT_THAT(import(fixture_.next_certificates(seal_), in(1h)), IsOk());
  const int opened = fixture_.software_keys.opened;
  fixture_.clock.time = in(1h);
  ASSERT_OK_AND_ASSIGN(const auto second, registry().opened(test::kOperator, seal_));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->generation(), 2U);
  EXPECT_EQ(fixture_.software_keys.opened, opened);
}

TEST_F(RotationTest, ARestartForgetsNothingAndOpensBothKeys) {
  ASSERT_THAT(rotate(), IsOk());
  ASSERT_THAT(import(fixture_.next_certificates(seal_), in(1h)), IsOk());
  const auto before = statuses();
  fixture_.restart();
  EXPECT_EQ(statuses(), before);
  EXPECT_THAT(async::block_on(fixture_.assembly->open_keys()), IsEmpty());
  fixture_.clock.time = in(1h);
  ASSERT_OK_AND_ASSIGN(const auto second, registry().opened(test::kOperator, seal_));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->generation(), 2U);
}

TEST_F(RotationTest, APresentKeyStaysOpenWhileTheNextOneIsMade) {
  ASSERT_OK_AND_ASSIGN(const auto first, registry().load(test::kOperator, seal_));
  ASSERT_THAT(rotate(), IsOk());
  EXPECT_EQ(registry().opened(test::kOperator, seal_).value(), first);
  ASSERT_THAT(import(fixture_.next_certificates(seal_), in(1h)), IsOk());
  EXPECT_EQ(registry().opened(test::kOperator, seal_).value(), first);
}

TEST_F(RotationTest, ACertificateOfThePresentKeyRenewsIt) {
  ASSERT_THAT(rotate(), IsOk());
  const Instant began = *summary().generations.front().begins;
  fixture_.clock.time = in(1h);
  ASSERT_OK_AND_ASSIGN(const CredentialSummary renewed,
                       import(fixture_.certificates("seal", CredentialKind::operator_seal)));
  EXPECT_EQ(renewed.generation, 1U);
  EXPECT_EQ(renewed.generations.front().begins, began) << "the key is the same";
  EXPECT_THAT(statuses(), ElementsAre("1 current", "2 uncertified"));
  EXPECT_THAT(import(fixture_.certificates("seal", CredentialKind::operator_seal), in(1h)),
              FailsWith(ErrorCode::invalid_argument));
}

TEST_F(RotationTest, ACertificateOfNeitherKeyIsRefused) {
  fixture_.enrol("other", CredentialKind::operator_seal);
  ASSERT_THAT(rotate(), IsOk());
  const auto refused = import(fixture_.certificates("other", CredentialKind::operator_seal));
  ASSERT_THAT(refused, FailsWith(ErrorCode::key_certificate_mismatch));
  EXPECT_THAT(refused.error().detail, HasSubstr("its next one"));
  const std::string former = fixture_.certificates("seal", CredentialKind::operator_seal);
  ASSERT_THAT(import(fixture_.next_certificates(seal_)), IsOk());
  EXPECT_THAT(import(former), FailsWith(ErrorCode::key_certificate_mismatch)) << "the former key does not come back";
  EXPECT_THAT(statuses(), ElementsAre("1 former", "2 current"));
}

TEST_F(RotationTest, TheNextCertificateIsHeldAgainstItsProfileAtItsTime) {
  ASSERT_THAT(rotate(), IsOk());
  const auto until = [&](Instant end) { return [=](pki::CertificateTemplate& c) { c.validity.not_after = end; }; };
  const auto from = [&](Instant begin) { return [=](pki::CertificateTemplate& c) { c.validity.not_before = begin; }; };
  EXPECT_THAT(import(fixture_.next_certificates(seal_, until(in(1h))), in(2h)),
              FailsWith(ErrorCode::certificate_expired));
  EXPECT_THAT(import(fixture_.next_certificates(seal_, from(in(1h)))), FailsWith(ErrorCode::certificate_not_yet_valid));
  EXPECT_THAT(import(fixture_.next_certificates(seal_, [](pki::CertificateTemplate& c) { c.key_usage = {}; })),
              FailsWith(ErrorCode::certificate_unsuitable));
  EXPECT_THAT(import(fixture_.next_certificates(seal_, from(in(1h))), in(2h)), IsOk()) << "by then it is valid";
}

TEST_F(RotationTest, ATimeThatIsPastIsNone) {
  ASSERT_THAT(rotate(), IsOk());
  EXPECT_THAT(import(fixture_.next_certificates(seal_), in(-1ms)), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(import(fixture_.next_certificates(seal_), in(0ms)), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(statuses(), ElementsAre("1 current", "2 uncertified"));
}

TEST_F(RotationTest, ATimeCanBeMovedUntilItHasCome) {
  ASSERT_THAT(rotate(), IsOk());
  const std::string pem = fixture_.next_certificates(seal_);
  ASSERT_THAT(import(pem, in(1h)), IsOk());
  ASSERT_THAT(import(pem, in(3h)), IsOk());
  fixture_.clock.time = in(2h);
  EXPECT_EQ(signs_with(), 1U);
  ASSERT_THAT(import(pem), IsOk());
  EXPECT_EQ(signs_with(), 2U);
}

TEST_F(RotationTest, OneNextKeyAtATime) {
  ASSERT_THAT(rotate(), IsOk());
  const auto again = rotate();
  ASSERT_THAT(again, FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(again.error().detail, HasSubstr("generation 2, waits for its certificate"));
  ASSERT_THAT(import(fixture_.next_certificates(seal_), in(1h)), IsOk());
  EXPECT_THAT(rotate().error().detail, HasSubstr("waits for its time, "));
  ASSERT_OK_AND_ASSIGN(const CredentialSummary replaced, rotate({.replace = true}));
  EXPECT_THAT(statuses(), ElementsAre("1 current", "3 uncertified"));
  EXPECT_EQ(replaced.generations.front().ends, std::nullopt) << "nothing ends it any more";
  fixture_.clock.time = in(2h);
  EXPECT_EQ(signs_with(), 1U);
  ASSERT_THAT(import(fixture_.next_certificates(seal_)), IsOk());
  EXPECT_THAT(statuses(), ElementsAre("1 former", "3 current"));
  ASSERT_THAT(rotate(), IsOk());
  EXPECT_THAT(statuses(), ElementsAre("1 former", "3 current", "4 uncertified"));
}

TEST_F(RotationTest, AKeyWhoseTimeHasNearlyComeIsNotReplaced) {
  ASSERT_THAT(rotate(), IsOk());
  ASSERT_THAT(import(fixture_.next_certificates(seal_), in(5s)), IsOk());
  ASSERT_THAT(rotate({.replace = true}), IsOk());
  EXPECT_THAT(statuses(), ElementsAre("1 current", "2 scheduled", "3 uncertified"));
  fixture_.clock.time = in(5s);
  EXPECT_EQ(signs_with(), 2U);
  ASSERT_THAT(import(fixture_.next_certificates(seal_)), IsOk());
  EXPECT_THAT(statuses(), ElementsAre("1 former", "2 former", "3 current"));
}

// A document may be hashed already when the key changes.
TEST_F(RotationTest, TheNextKeyKeepsTheDigest) {
  const auto refused = rotate({.key_kind = KeyKind::ec_p384, .suite = "ecdsa-sha384"});
  ASSERT_THAT(refused, FailsWith(ErrorCode::digest_algorithm_mismatch));
  EXPECT_THAT(refused.error().detail, testing::AllOf(HasSubstr("SHA-384"), HasSubstr("SHA-256")));
  EXPECT_THAT(statuses(), ElementsAre("1 current")) << "and no key is made";
  ASSERT_OK_AND_ASSIGN(const CredentialSummary rsa, rotate({.key_kind = KeyKind::rsa_2048, .suite = "rsa-pss-sha256"}));
  EXPECT_EQ(rsa.generations.back().suite, "rsa-pss-sha256");
  ASSERT_THAT(import(fixture_.next_certificates(seal_)), IsOk());
  EXPECT_THAT(rotate({.key_kind = KeyKind::ec_p384}), FailsWith(ErrorCode::digest_algorithm_mismatch))
      << "the usual suite of such a key";
  ASSERT_OK_AND_ASSIGN(const CredentialSummary third, rotate({.key_kind = KeyKind::rsa_3072}));
  EXPECT_EQ(third.generations.back().suite, "rsa-pss-sha256") << "as the present one, where that is for such keys";
}

TEST_F(RotationTest, TheNextKeyIsOneThatTheKindTakes) {
  EXPECT_THAT(rotate({.key_kind = KeyKind::ed25519}), FailsWith(ErrorCode::ed25519_document_key));
  EXPECT_THAT(rotate({.suite = "rsa-pss-sha256"}), FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(rotate({.token_label = "../x"}), FailsWith(ErrorCode::invalid_argument));
  ASSERT_OK_AND_ASSIGN(const CredentialSummary elsewhere, rotate({.token_label = "elsewhere", .key_label = "k"}));
  EXPECT_EQ(elsewhere.generations.back().token_label, "elsewhere");
  EXPECT_EQ(elsewhere.generations.back().key_label, "k");
}

TEST_F(RotationTest, ANextKeyMayBeInItsTokenAlready) {
  ASSERT_THAT(fixture_.software_keys.generate({"seal", "ceremony", Bytes{7}}, KeyKind::rsa_2048), IsOk());
  EXPECT_THAT(rotate({.key_label = "nobody", .adopt = true}), FailsWith(ErrorCode::key_not_found));
  EXPECT_THAT(rotate({.key_label = "seal", .adopt = true}), FailsWith(ErrorCode::already_exists));
  ASSERT_OK_AND_ASSIGN(const CredentialSummary adopted, rotate({.key_id = Bytes{7}, .adopt = true}));
  const GenerationSummary& next = adopted.generations.back();
  EXPECT_EQ(next.key_label, "ceremony");
  EXPECT_EQ(next.key_kind, "RSA-2048");
  EXPECT_EQ(next.suite, "rsa-pkcs1-sha256");
  ASSERT_THAT(import(fixture_.next_certificates(seal_)), IsOk());
  EXPECT_EQ(signs_with(), 2U);
}

TEST_F(RotationTest, ACredentialWithoutACertificateIsNotRotated) {
  ASSERT_THAT(registry().generate(
                  test::kOperator,
                  {CredentialId("p"), CredentialKind::operator_seal, PartyId(), KeyKind::ec_p256, "", "", "", {}}),
              IsOk());
  EXPECT_THAT(registry().rotate(test::kOperator, CredentialId("p"), {}), FailsWith(ErrorCode::credential_not_ready));
  EXPECT_THAT(registry().rotate(test::kOperator, CredentialId("x"), {}), FailsWith(ErrorCode::credential_unknown));
}

TEST_F(RotationTest, DisablingConcernsAllGenerations) {
  ASSERT_OK_AND_ASSIGN(const auto first, registry().load(test::kOperator, seal_));
  ASSERT_THAT(rotate(), IsOk());
  ASSERT_THAT(import(fixture_.next_certificates(seal_)), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto second, registry().load(test::kOperator, seal_));
  ASSERT_THAT(rotate(), IsOk());
  const std::string third = fixture_.next_certificates(seal_);
  ASSERT_THAT(registry().disable(test::kOperator, seal_), IsOk());
  EXPECT_THAT(first->still_stands(fixture_.clock.time), FailsWith(ErrorCode::credential_disabled));
  EXPECT_THAT(second->still_stands(fixture_.clock.time), FailsWith(ErrorCode::credential_disabled));
  EXPECT_THAT(rotate({.replace = true}), FailsWith(ErrorCode::credential_disabled));
  EXPECT_THAT(import(third), FailsWith(ErrorCode::credential_disabled));
}

TEST_F(RotationTest, EachStepIsInTheTrailWithItsGeneration) {
  fixture_.trail.forget();
  ASSERT_THAT(rotate(), IsOk());
  ASSERT_OK_AND_ASSIGN(const CredentialSummary switched, import(fixture_.next_certificates(seal_), in(1h)));
  ASSERT_THAT(rotate({.replace = true}), IsOk());
  EXPECT_THAT(fixture_.trail.events(),
              ElementsAre("credential.key_added", "credential.certified", "credential.key_added"));
  const auto bodies = fixture_.trail.entries();
  const std::string begin = R"({"by":{"id":"local:0"},"credential":"seal","generation":)";
  EXPECT_THAT(bodies[0].body, testing::StartsWith(begin + R"(2,"key_kind":"P-256","suite":"ecdsa-sha256",)"));
  const pki::Certificate certificate = *switched.generations.back().certificate;
  EXPECT_EQ(bodies[1].body, begin + R"(2,"certificate":{"alg":"SHA-256","value":")" +
                                to_hex(certificate.fingerprint().view()) + R"("},"begins":")" + to_rfc3339(in(1h)) +
                                R"("})");
  EXPECT_THAT(bodies[2].body, testing::AllOf(testing::StartsWith(begin + "3,"), testing::EndsWith(R"("replaces":2})")));
}

TEST_F(RotationTest, WithoutItsEntryNothingIsChanged) {
  ASSERT_THAT(rotate(), IsOk());
  const std::string pem = fixture_.next_certificates(seal_);
  const auto before = statuses();
  fixture_.trail.fail_at("credential.certified");
  EXPECT_THAT(import(pem), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_EQ(statuses(), before);
  EXPECT_EQ(signs_with(), 1U);
}

// A certificate that is about to come is looked at like one that is in use.
TEST_F(RotationTest, WarningsAndLivesAreOfBothWhileOneWaitsForItsTime) {
  ASSERT_THAT(rotate(), IsOk());
  const Instant end = std::chrono::floor<std::chrono::seconds>(in(48h));
  const auto short_lived = [&](pki::CertificateTemplate& content) { content.validity.not_after = end; };
  ASSERT_THAT(import(fixture_.next_certificates(seal_, short_lived), in(1h)), IsOk());
  auto lives = fixture_.assembly->state().certificates();
  ASSERT_EQ(lives.size(), 1U);
  EXPECT_EQ(lives.front().not_after, fixture_.authority.validity().not_after);
  EXPECT_EQ(lives.front().next_not_after, end);
  EXPECT_THAT(fixture_.assembly->state().warnings(), IsEmpty());
  fixture_.clock.time = in(1h);
  lives = fixture_.assembly->state().certificates();
  EXPECT_EQ(lives.front().not_after, end);
  EXPECT_EQ(lives.front().next_not_after, std::nullopt);
}

TEST_F(RotationTest, AFlawOfACertificateThatWaitsForItsTimeIsAWarning) {
  ASSERT_THAT(rotate(), IsOk());
  const std::string leaf = fixture_.next_certificates(seal_).substr(fixture_.authority.pem().size());
  ASSERT_THAT(registry().import_certificates(test::kOperator, seal_, bytes_of(leaf), IncompleteChain::allow, in(1h)),
              IsOk());
  const auto warnings = fixture_.assembly->state().warnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings.front().code, ErrorCode::certificate_chain_incomplete);
  EXPECT_EQ(warnings.front().where, "credential seal");
  EXPECT_EQ(summary().generations.back().findings.size(), 1U);
}

TEST_F(RotationTest, ANextKeyThatDidNotOpenIsTriedAgain) {
  ASSERT_THAT(rotate(), IsOk());
  ASSERT_THAT(import(fixture_.next_certificates(seal_), in(1h)), IsOk());
  const GenerationSummary next = summary().generations.back();
  fixture_.restart();
  const credentials::KeyAddress address{next.token_label, next.key_label, next.key_id};
  fixture_.software_keys.hide(address);
  EXPECT_THAT(registry().load_next(test::kOperator, seal_), FailsWith(ErrorCode::key_not_found));
  EXPECT_EQ(registry().try_again().size(), 1U);
  fixture_.software_keys.show(address);
  EXPECT_THAT(registry().try_again(), IsEmpty());
  fixture_.clock.time = in(1h);
  EXPECT_NE(registry().opened(test::kOperator, seal_).value(), nullptr);
}

}  // namespace
}  // namespace rakkan::credentials
