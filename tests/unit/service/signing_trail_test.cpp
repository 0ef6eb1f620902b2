// The trail's entries of a request, whatever becomes of it: the intent before the key, an outcome after it, refusals.
#include <boost/json.hpp>
#include <map>
#include <thread>

#include "rakkan/access/refusals.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/credentials/activation_book.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/pki/certificate_profile.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/idempotency.hpp"
#include "rakkan/service/stored_signature.hpp"
#include "rakkan/service/timestamper.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::service {
namespace {

using crypto::DigestAlgorithm;
using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class SigningTrail : public ::testing::Test {
 protected:
  explicit SigningTrail(Options options = test::SigningFixture::default_options()) : fixture_(std::move(options)) {
    seal_ = fixture_.enrol("seal", credentials::CredentialKind::operator_seal);
    yamada_ = fixture_.enrol("yamada", credentials::CredentialKind::party, crypto::KeyKind::ec_p256, "山田");
    fixture_.enrol("tsu", credentials::CredentialKind::tsu);
    fixture_.set_pin(yamada_, test::kYamadasPin);
    fixture_.trail.forget();
  }

  Result<Activated> activate(const access::Principal& by, const std::vector<crypto::Digest>& digests,
                             std::string_view pin = test::kYamadasPin) {
    ActivateCommand command{.principal = by, .credential = yamada_, .digests = digests, .pin = test::pin_of(pin)};
    return async::block_on(fixture_.service->activate(std::move(command)));
  }
  Result<Activated> activate() { return activate({"tester"}, {digest_of(document_)}); }

  SignPdfCommand with_token(const SecureBytes& token, ByteView document) {
    SignPdfCommand command = fixture_.party_command(yamada_, document, "");
    command.consent.pin.reset();
    command.consent.activation = SecureBytes(token.view());
    return command;
  }
  SignPdfCommand witness() { return fixture_.witness_command(seal_, document_); }

  static crypto::Digest digest_of(ByteView bytes) { return crypto::digest(DigestAlgorithm::sha256, bytes); }

  // The refusals that were written, as "slug credential principal".
  std::vector<std::string> refusals() {
    fixture_.assembly->refusals().flush();
    std::vector<std::string> found;
    // The trail has a thread of its own: what is asked of it now comes after the refusals.
    audit::Submission last;
    last.event = "test.last";
    last.body = "{}";
    EXPECT_TRUE(fixture_.trail.write_and_wait(std::move(last)).has_value());
    for (const std::string& body : fixture_.trail.bodies("request.refused")) {
      const boost::json::object record = boost::json::parse(body).as_object();
      found.push_back(std::string(record.at("code").as_string()) + " " +
                      std::string(record.at("credential").as_string()) + " " +
                      std::string(record.at("principal").as_string()));
    }
    return found;
  }

  test::SigningFixture fixture_;
  CredentialId seal_, yamada_;
  const Bytes document_ = test::sample_pdf();
  const Bytes other_document_ = test::sample_pdf({.pages = 2});
};

TEST_F(SigningTrail, IntentIsDurableBeforeTheKeyIsTouchedAndNamesWhatItSigns) {
  int touched = 0;
  fixture_.software_keys.at("seal").before = [&](const crypto::Digest& digest) {
    ++touched;
    const auto intents = fixture_.trail.bodies("signature.intent");
    ASSERT_EQ(intents.size(), 1U) << "the key was touched without a durable intent";
    EXPECT_THAT(intents.front(), HasSubstr(to_hex(digest.view())));
    EXPECT_THAT(fixture_.trail.bodies("signature.made"), IsEmpty());
  };
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, fixture_.sign(witness()));
  EXPECT_EQ(touched, 1);
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.intent", "signature.made"));
  const std::string intent = fixture_.trail.bodies("signature.intent").front();
  EXPECT_THAT(intent, HasSubstr(to_hex(made.pdf.document_digest.view())));
  EXPECT_THAT(intent, HasSubstr(to_hex(made.pdf.byte_range_digest.view())));
  EXPECT_THAT(intent, HasSubstr(R"("by":{"id":"tester"})"));
  EXPECT_EQ(fixture_.trail.entries().front().subject, "u-1");
  EXPECT_EQ(made.stored.outcome, made.stored.intent + 1);
}

TEST_F(SigningTrail, AKeyThatEndedSignsNothingAndIsRefused) {
  const auto standing = std::make_shared<access::KeyStanding>(ApiKeyId("k"), std::nullopt, false);
  const access::Principal caller{"key:k", TenantId("acme"), false, standing};
  SignPdfCommand command = witness();
  command.principal = caller;
  standing->revoke();
  EXPECT_THAT(fixture_.sign(std::move(command)), FailsWith(ErrorCode::api_key_expired));
  EXPECT_THAT(activate(caller, {digest_of(document_)}), FailsWith(ErrorCode::api_key_expired));
  EXPECT_THAT(fixture_.trail.bodies("signature.intent"), IsEmpty());
  EXPECT_THAT(fixture_.trail.bodies("activation.granted"), IsEmpty());
  EXPECT_THAT(refusals(), ElementsAre("api-key-expired seal key:k", "api-key-expired yamada key:k"));
}

TEST_F(SigningTrail, AKeyThatExpiresOnTheWaySignsNothing) {
  const auto standing = std::make_shared<access::KeyStanding>(ApiKeyId("k"), fixture_.clock.time, false);
  SignPdfCommand command = witness();
  command.principal = {"key:k", TenantId("acme"), false, standing};
  EXPECT_THAT(fixture_.sign(std::move(command)), FailsWith(ErrorCode::api_key_expired));
  EXPECT_THAT(fixture_.trail.bodies("signature.intent"), IsEmpty());
}

// Between the key's use and its timestamp: the signature is not given out, and the unit's key is not touched. The value
// was made by right, so it is kept like any other that lacks its timestamp.
TEST_F(SigningTrail, AKeyThatIsRevokedBeforeTheTimestampGetsNone) {
  const auto standing = std::make_shared<access::KeyStanding>(ApiKeyId("k"), std::nullopt, false);
  fixture_.software_keys.at("seal").before = [&](const crypto::Digest&) { standing->revoke(); };
  SignPdfCommand command = witness();
  command.principal = {"key:k", TenantId("acme"), false, standing};
  command.level = pades::BaselineLevel::b_t;
  const auto result = fixture_.sign(std::move(command));
  ASSERT_THAT(result, FailsWith(ErrorCode::signature_pending));
  ASSERT_EQ(result.error().causes.size(), 1U);
  EXPECT_EQ(result.error().causes.front().code, ErrorCode::api_key_expired);
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.intent"));
}

TEST_F(SigningTrail, ACredentialThatIsDisabledOnTheWaySignsNothingMore) {
  fixture_.software_keys.at("seal").before = [&](const crypto::Digest&) {
    EXPECT_THAT(fixture_.assembly->credentials().disable(test::kOperator, CredentialId("tsu")), IsOk());
  };
  SignPdfCommand command = witness();
  command.level = pades::BaselineLevel::b_t;
  const auto result = fixture_.sign(std::move(command));
  ASSERT_THAT(result, FailsWith(ErrorCode::signature_pending));
  ASSERT_EQ(result.error().causes.size(), 1U);
  EXPECT_EQ(result.error().causes.front().code, ErrorCode::credential_disabled);
  EXPECT_THAT(fixture_.trail.bodies("timestamp.intent"), IsEmpty());
}

TEST_F(SigningTrail, TokenIsInTheJournalBeforeTheUnitsKeyIsTouched) {
  const crypto::Digest digest = digest_of(bytes_of("x"));
  fixture_.software_keys.at("tsu").before = [&](const crypto::Digest&) {
    const auto journal = fixture_.trail.bodies("timestamp.intent");
    ASSERT_EQ(journal.size(), 1U);
    EXPECT_THAT(journal.front(), HasSubstr(to_hex(digest.view())));
  };
  ASSERT_OK_AND_ASSIGN(const auto token, fixture_.stamp(digest));
  EXPECT_THAT(fixture_.trail.bodies("timestamp.intent").front(), HasSubstr(to_hex(token.info().serial_number)));
  EXPECT_EQ(fixture_.trail.entries().front().journal, audit::Journal::tokens);
}

TEST_F(SigningTrail, WithoutAJournalThereIsNoTokenAndTheAnswerIsSystemFailure) {
  fixture_.trail.fail_at("timestamp.intent");
  const auto request = tsp::TimestampRequest::for_digest(digest_of(bytes_of("x")), Bytes(8, 1));
  ASSERT_OK_AND_ASSIGN(const auto answer, tsp::parse_response(fixture_.answer(request.encode())));
  ASSERT_TRUE(std::holds_alternative<tsp::Rejection>(answer));
  EXPECT_EQ(std::get<tsp::Rejection>(answer).failure_info, PkiFailureInfo::system_failure);
  EXPECT_EQ(fixture_.software_keys.at("tsu").signatures, 0);
}

TEST_F(SigningTrail, FailedIntentLeavesTheKeyAlone) {
  fixture_.trail.fail_at("signature.intent");
  EXPECT_THAT(fixture_.sign(witness()), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_EQ(fixture_.software_keys.at("seal").signatures, 0);
  EXPECT_THAT(fixture_.sign(witness()), FailsWith(ErrorCode::audit_unavailable));
}

TEST_F(SigningTrail, SignatureWhoseOutcomeIsNotDurableIsNotGivenOut) {
  fixture_.trail.fail_at("signature.made");
  EXPECT_THAT(fixture_.sign(witness()), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_EQ(fixture_.software_keys.at("seal").signatures, 1);
}

TEST_F(SigningTrail, FailureOfTheHsmIsAnOutcome) {
  fixture_.software_keys.at("seal").failure = ErrorCode::hsm_device_gone;
  EXPECT_THAT(fixture_.sign(witness()), FailsWith(ErrorCode::hsm_device_gone));
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.intent", "signature.failed"));
  EXPECT_THAT(fixture_.trail.bodies("signature.failed").front(), HasSubstr(row(ErrorCode::hsm_device_gone).slug));
}

// The id that a signed document carries, found by nothing but its key.
std::string id_in(ByteView tail) {
  constexpr std::string_view kKey = "/RKKN_SignatureID (";
  const std::string_view text = text_of(tail);
  const std::size_t at = text.find(kKey);
  return at == std::string_view::npos ? std::string() : std::string(text.substr(at + kKey.size(), 36));
}

TEST_F(SigningTrail, TheDocumentCarriesTheIdOfItsEntriesUnderTheSignature) {
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, fixture_.sign(witness()));
  EXPECT_EQ(id_in(made.stored.tail), made.stored.id.value());
  EXPECT_THAT(fixture_.trail.bodies("signature.intent").front(),
              HasSubstr(R"("intent_of":")" + made.stored.id.value() + '"'));
  const test::CutSignature cut = test::cut_signature(document_, made);
  EXPECT_THAT(std::string(text_of(cut.content)), HasSubstr(made.stored.id.value())) << "outside the ByteRange";
}

TEST_F(SigningTrail, AnotherTryIsAnotherSignatureWithItsOwnId) {
  fixture_.software_keys.at("seal").failure = ErrorCode::hsm_device_gone;
  EXPECT_THAT(fixture_.sign(witness()), FailsWith(ErrorCode::hsm_device_gone));
  fixture_.software_keys.at("seal").failure.reset();
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, fixture_.sign(witness()));
  EXPECT_EQ(id_in(made.stored.tail), made.stored.id.value());
  const auto intents = fixture_.trail.bodies("signature.intent");
  ASSERT_EQ(intents.size(), 2U);
  EXPECT_THAT(intents.front(), Not(HasSubstr(made.stored.id.value())));
  EXPECT_THAT(intents.back(), HasSubstr(made.stored.id.value()));
}

TEST_F(SigningTrail, IntentOfACrashGetsItsOutcomeAtTheNextStart) {
  ASSERT_THAT(fixture_.sign(witness()), IsOk());
  fixture_.trail.fail_at("signature.made");
  EXPECT_THAT(fixture_.sign(witness()), FailsWith(ErrorCode::audit_unavailable));
  fixture_.trail.repair();
  fixture_.trail.forget();
  fixture_.restart();
  ASSERT_THAT(fixture_.trail.events(), ElementsAre("signature.interrupted"));
  fixture_.restart();
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.interrupted")) << "told twice";
}

TEST_F(SigningTrail, SignatureIsFoundAgainWithItsBytesAndFacts) {
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, fixture_.sign(witness()));
  fixture_.restart();
  ASSERT_OK_AND_ASSIGN(const StoredSignature found,
                       async::block_on(fixture_.service->find_signature({"tester"}, made.stored.id)));
  EXPECT_EQ(found.tail, made.stored.tail);
  EXPECT_EQ(found.facts, made.stored.facts);
  EXPECT_EQ(found.outcome, made.stored.outcome);
  EXPECT_THAT(found.facts, HasSubstr(made.stored.id.value()));
}

// The store has a certificate in one row beside those of the credentials, whether it stands in a detached CMS, in a
// PDF's /Contents, or in a timestamp within either.
TEST_F(SigningTrail, CertificatesAreStoredOnceForAllSignatures) {
  std::map<std::string, std::vector<Bytes>> certificates;
  ASSERT_OK_AND_ASSIGN(const auto rows, fixture_.store->credentials());
  for (const store::CredentialRow& row : rows) {
    certificates[row.id.value()] = row.generations.back().certificates;
  }
  const auto times = [&](const Bytes& what) {
    const std::string file(text_of(test::value_or_throw(read_file(fixture_.folder.path() / "rakkan.db", 1 << 28))));
    std::size_t count = 0;
    for (std::size_t at = file.find(text_of(what)); at != std::string::npos; at = file.find(text_of(what), at + 1)) {
      ++count;
    }
    return count;
  };
  ASSERT_THAT(fixture_.store->purge(), IsOk());
  std::map<Bytes, std::size_t> of_credentials;
  for (const char* const id : {"seal", "tsu"}) {
    for (const Bytes& der : certificates.at(id)) {
      ASSERT_OK_AND_ASSIGN(const auto certificate, pki::Certificate::parse(der));
      if (!pki::is_self_signed(certificate)) {  // a root goes into no signature
        of_credentials[der] = times(der);
      }
    }
  }
  std::vector<StoredSignature> made;
  for (const pades::BaselineLevel level : {pades::BaselineLevel::b_b, pades::BaselineLevel::b_t}) {
    SignPdfCommand pdf = witness();
    pdf.level = level;
    ASSERT_OK_AND_ASSIGN(const SignedDocument document, fixture_.sign(std::move(pdf)));
    made.push_back(document.stored);
    SignHashCommand hash{{.principal = {"tester"}, .credential = seal_, .type = SignatureType::witness, .level = level},
                         digest_of(document_)};
    hash.consent.instruction = fixture_.instruction_for(document_);
    ASSERT_OK_AND_ASSIGN(const SignedDigest digest, fixture_.sign(std::move(hash)));
    made.push_back(digest.stored);
  }
  ASSERT_THAT(fixture_.store->purge(), IsOk());
  for (const auto& [der, before] : of_credentials) {
    EXPECT_EQ(times(der), before + 1);
    EXPECT_EQ(times(copy_of(bytes_of(to_hex(der)))), 0U);
  }
  for (const StoredSignature& one : made) {
    ASSERT_OK_AND_ASSIGN(const StoredSignature found,
                         async::block_on(fixture_.service->find_signature({"tester"}, one.id)));
    EXPECT_EQ(found.tail, one.tail);
  }
}

TEST_F(SigningTrail, IdempotencyAnswerIsDurableWithTheSignature) {
  SignPdfCommand command = witness();
  command.claim = IdempotencyClaim{"key-1", Bytes{1, 2, 3}};
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, fixture_.sign(std::move(command)));
  ASSERT_OK_AND_ASSIGN(const auto answer, fixture_.store->answer(TenantId(), "key-1"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->signature, made.stored.id);
  EXPECT_EQ(answer->fingerprint, (Bytes{1, 2, 3}));
}

TEST_F(SigningTrail, RefusalsAreRecordedWithWhoAndWhat) {
  SignPdfCommand without = witness();
  without.consent.instruction.reset();
  EXPECT_THAT(fixture_.sign(std::move(without)), FailsWith(ErrorCode::instruction_missing));
  SignPdfCommand another = witness();
  another.consent.instruction = fixture_.instruction_for(other_document_);
  EXPECT_THAT(fixture_.sign(std::move(another)), FailsWith(ErrorCode::instruction_digest_mismatch));
  SignPdfCommand wrong_type = witness();
  wrong_type.type = SignatureType::party;
  EXPECT_THAT(fixture_.sign(std::move(wrong_type)), FailsWith(ErrorCode::credential_type_mismatch));
  EXPECT_THAT(fixture_.sign(fixture_.witness_command(CredentialId("x"), document_)),
              FailsWith(ErrorCode::credential_unknown));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(fixture_.sign(fixture_.party_command(yamada_, document_, "wrong-pin")),
                FailsWith(ErrorCode::pin_incorrect));
  }
  EXPECT_THAT(fixture_.sign(fixture_.party_command(yamada_, document_, test::kYamadasPin)),
              FailsWith(ErrorCode::pin_locked));
  const Instant now = fixture_.clock.time;
  SignPdfCommand early = witness();
  fixture_.clock.time = now - std::chrono::minutes(6);
  EXPECT_THAT(fixture_.sign(std::move(early)), FailsWith(ErrorCode::instruction_from_future));
  fixture_.clock.time = now + std::chrono::years(100);
  EXPECT_THAT(fixture_.sign(witness()), FailsWith(ErrorCode::certificate_expired));
  fixture_.clock.time = now;
  EXPECT_THAT(refusals(),
              ::testing::IsSupersetOf({"instruction-from-future seal tester", "certificate-expired seal tester",
                                       "instruction-missing seal tester", "instruction-digest-mismatch seal tester",
                                       "credential-type-mismatch seal tester", "credential-unknown x tester",
                                       "pin-incorrect yamada tester", "pin-locked yamada tester"}));
  for (const auto& entry : fixture_.trail.entries()) {
    EXPECT_THAT(entry.body, Not(HasSubstr("wrong-pin")));
    EXPECT_THAT(entry.body, Not(HasSubstr(test::kYamadasPin)));
    EXPECT_NE(entry.event, "signature.intent");
  }
}

TEST_F(SigningTrail, ActivationSignsEachDocumentOnce) {
  ASSERT_OK_AND_ASSIGN(const Activated granted, activate());
  EXPECT_THAT(fixture_.sign(with_token(granted.token, other_document_)),
              FailsWith(ErrorCode::activation_digest_mismatch));
  EXPECT_THAT(fixture_.sign(with_token(granted.token, document_)), IsOk());
  EXPECT_THAT(fixture_.sign(with_token(granted.token, document_)), FailsWith(ErrorCode::activation_used));
  fixture_.restart();
  EXPECT_THAT(fixture_.sign(with_token(granted.token, document_)), FailsWith(ErrorCode::activation_used));
  for (const auto& entry : fixture_.trail.entries()) {
    EXPECT_THAT(entry.body, Not(HasSubstr(std::string(granted.token.text()))));
  }
  EXPECT_THAT(fixture_.trail.bodies("activation.granted"),
              ElementsAre(HasSubstr(credentials::text_of_digest(digest_of(document_)))));
}

TEST_F(SigningTrail, ActivationOutlivesARestartUntilItsTimeIsOver) {
  ASSERT_OK_AND_ASSIGN(const Activated granted,
                       activate({"tester"}, {digest_of(document_), digest_of(other_document_)}));
  fixture_.restart();
  EXPECT_THAT(fixture_.sign(with_token(granted.token, document_)), IsOk());
  fixture_.clock.time += ActivateCommand::kLongestActivation;
  EXPECT_THAT(fixture_.sign(with_token(granted.token, other_document_)), FailsWith(ErrorCode::activation_expired));
}

TEST_F(SigningTrail, ActivationUsedTwiceAtOnceSignsOnce) {
  ASSERT_OK_AND_ASSIGN(const Activated granted, activate());
  std::atomic<int> made = 0;
  std::atomic<int> used = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto result = fixture_.sign(with_token(granted.token, document_));
      made += result.has_value() ? 1 : 0;
      used += !result && result.error().code == ErrorCode::activation_used ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(used, 7);
  EXPECT_EQ(fixture_.software_keys.at("yamada").signatures, 1);
}

TEST_F(SigningTrail, ActivationIsNotLostWhenTheLineFails) {
  ASSERT_OK_AND_ASSIGN(const Activated granted, activate());
  fixture_.software_keys.at("yamada").failure = ErrorCode::hsm_device_gone;
  EXPECT_THAT(fixture_.sign(with_token(granted.token, document_)), FailsWith(ErrorCode::hsm_device_gone));
  fixture_.software_keys.at("yamada").failure.reset();
  EXPECT_THAT(fixture_.sign(with_token(granted.token, document_)), IsOk());
  EXPECT_EQ(fixture_.trail.bodies("signature.intent").size(), 2U);
  EXPECT_THAT(fixture_.sign(with_token(granted.token, document_)), FailsWith(ErrorCode::activation_used));
}

// An activation that was good when the request claimed it, and is over and cleaned up before its use is recorded: the
// store used to say that there is none, and signing stopped for everybody.
TEST_F(SigningTrail, ACleanUpLeavesWhatAClaimHolds) {
  ASSERT_OK_AND_ASSIGN(const Activated activated, activate());
  const auto idempotency =
      Idempotency::open(*fixture_.store, fixture_.clock, fixture_.random, std::chrono::seconds(1)).value();
  const std::chrono::milliseconds longest = std::chrono::hours(1);  // signing.deadline, at most
  fixture_.trail.before = [&](const std::string& event) {
    if (event == "signature.intent") {
      fixture_.clock.time += ActivateCommand::kLongestActivation + longest;
      EXPECT_THAT(idempotency->forget(), IsOk());
    }
  };
  EXPECT_THAT(fixture_.sign(with_token(activated.token, document_)), IsOk());
  fixture_.trail.before = nullptr;
  EXPECT_THAT(fixture_.trail.events(), ::testing::Contains("signature.made"));
}

TEST_F(SigningTrail, ActivationNeedsThePin) {
  EXPECT_THAT(activate({"tester"}, {digest_of(document_)}, test::kSatosPin), FailsWith(ErrorCode::pin_incorrect));
  EXPECT_THAT(fixture_.trail.bodies("activation.granted"), IsEmpty());
  const SecureBytes made_up = test::pin_of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_THAT(fixture_.sign(with_token(made_up, document_)), FailsWith(ErrorCode::activation_unknown));
}

TEST_F(SigningTrail, ActivationNamesEachDigestOnceAndAtLeastOne) {
  EXPECT_THAT(activate({"tester"}, {}), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(activate({"tester"}, {digest_of(document_), digest_of(document_)}),
              FailsWith(ErrorCode::invalid_argument));
}

TEST_F(SigningTrail, OneTenantNeitherSignsAsNorReadsAnother) {
  const access::Principal a{"key:a", TenantId("a")};
  const access::Principal b{"key:b", TenantId("b")};
  const CredentialId seal_of_a =
      fixture_.enrol("seal-a", credentials::CredentialKind::operator_seal, crypto::KeyKind::ec_p256, "", {}, "", "a");
  const auto sign_as = [&](const access::Principal& principal, const CredentialId& id) {
    SignPdfCommand command = fixture_.witness_command(id, document_);
    command.principal = principal;
    return fixture_.sign(std::move(command));
  };
  EXPECT_THAT(sign_as(b, seal_of_a), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(fixture_.service->digest_algorithm(b, seal_of_a), FailsWith(ErrorCode::credential_unknown));
  EXPECT_EQ(fixture_.software_keys.at("seal-a").signatures, 0);
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, sign_as(a, seal_of_a));
  EXPECT_THAT(sign_as(b, seal_), IsOk()) << "a credential without tenant is everybody's";
  EXPECT_THAT(async::block_on(fixture_.service->find_signature(a, made.stored.id)), IsOk());
  EXPECT_THAT(async::block_on(fixture_.service->find_signature(b, made.stored.id)),
              FailsWith(ErrorCode::signature_unknown));
  for (const credentials::CredentialSummary& seen : fixture_.assembly->credentials().list(b)) {
    EXPECT_NE(seen.id, seal_of_a);
  }
  ASSERT_OK_AND_ASSIGN(const Activated granted, activate(a, {digest_of(document_)}));
  SignPdfCommand stolen = with_token(granted.token, document_);
  stolen.principal = b;
  EXPECT_THAT(fixture_.sign(std::move(stolen)), FailsWith(ErrorCode::activation_unknown));
}

TEST_F(SigningTrail, ClockThatWasSteppedBackGivesNoToken) {
  ASSERT_THAT(fixture_.stamp(digest_of(bytes_of("x"))), IsOk());
  fixture_.clock.time -= std::chrono::seconds(5);
  EXPECT_THAT(fixture_.stamp(digest_of(bytes_of("x"))), FailsWith(ErrorCode::time_not_available));
  const auto request = tsp::TimestampRequest::for_digest(digest_of(bytes_of("x")), Bytes(8, 1));
  ASSERT_OK_AND_ASSIGN(const auto answer, tsp::parse_response(fixture_.answer(request.encode())));
  ASSERT_TRUE(std::holds_alternative<tsp::Rejection>(answer));
  EXPECT_EQ(std::get<tsp::Rejection>(answer).failure_info, PkiFailureInfo::time_not_available);
  EXPECT_THAT(async::block_on(fixture_.assembly->state().readiness()),
              ElementsAre(::testing::Field(&Error::code, ErrorCode::time_not_available)));
  fixture_.clock.time += std::chrono::seconds(5);
  EXPECT_THAT(fixture_.stamp(digest_of(bytes_of("x"))), IsOk());
  static_cast<void>(refusals());  // waits for the trail
  EXPECT_EQ(fixture_.trail.bodies("clock.refused").size(), 1U);
  EXPECT_EQ(fixture_.trail.bodies("clock.trusted").size(), 1U);
}

TEST_F(SigningTrail, ReadinessNamesWhatIsWrongNow) {
  EXPECT_THAT(async::block_on(fixture_.assembly->state().readiness()), IsEmpty());
  fixture_.software_keys.wrong.push_back({ErrorCode::hsm_device_gone, "", "token seal", {}, {}});
  EXPECT_THAT(async::block_on(fixture_.assembly->state().readiness()),
              ElementsAre(::testing::Field(&Error::code, ErrorCode::hsm_device_gone)));
  fixture_.software_keys.wrong.clear();
  fixture_.trail.fail_at("signature.intent");
  EXPECT_THAT(fixture_.sign(witness()), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_THAT(async::block_on(fixture_.assembly->state().readiness()),
              ElementsAre(::testing::Field(&Error::code, ErrorCode::audit_unavailable)));
}

TEST_F(SigningTrail, DeadlineThatIsOverTouchesNoKey) {
  SignPdfCommand command = witness();
  command.deadline = async::deadline_in(std::chrono::milliseconds(-1));
  EXPECT_THAT(fixture_.sign(std::move(command)), FailsWith(ErrorCode::deadline_exceeded));
  EXPECT_EQ(fixture_.software_keys.at("seal").signatures, 0);
}

TEST_F(SigningTrail, AdministrationIsRecordedWithWho) {
  ASSERT_THAT(fixture_.assembly->credentials().disable(test::kOperator, seal_), IsOk());
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("credential.disabled"));
  EXPECT_EQ(fixture_.trail.entries().front().body, R"({"by":{"id":"local:0"},"credential":"seal"})");
  fixture_.trail.fail_at("credential.added");
  EXPECT_THAT(fixture_.assembly->credentials().generate(test::kOperator, {CredentialId("new"),
                                                                          credentials::CredentialKind::operator_seal,
                                                                          PartyId(),
                                                                          crypto::KeyKind::ec_p256,
                                                                          "",
                                                                          "",
                                                                          "",
                                                                          {}}),
              FailsWith(ErrorCode::audit_unavailable));
  EXPECT_THAT(fixture_.assembly->credentials().find(test::kOperator, CredentialId("new")),
              FailsWith(ErrorCode::credential_unknown));
}

// Says that it needs less than it does, so that the first signature has no room for its token.
class TightTimestamper final : public Timestamper {
 public:
  explicit TightTimestamper(tsp::Tsu& unit) : unit_(unit) {}
  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> timestamp(const access::Principal&, crypto::Digest digest,
                                                                   async::Deadline) override {
    ++tokens;
    co_return test::issue(unit_, tsp::TimestampRequest::for_digest(digest, Bytes(8, 1)));
  }
  [[nodiscard]] std::size_t expected_token_size() const noexcept override { return 100; }
  int tokens = 0;

 private:
  tsp::Tsu& unit_;
};

TEST(TightToken, LeadsToASecondSignatureWithAnIntentOfItsOwn) {
  test::SigningFixture fixture;
  test::TestTsu unit(fixture.authority);
  const auto tight = std::make_shared<TightTimestamper>(*unit.tsu);
  const CredentialId seal = fixture.enrol("seal", credentials::CredentialKind::operator_seal);
  Environment environment = fixture.environment();
  environment.timestampers.emplace("tight", tight);
  ASSERT_OK_AND_ASSIGN(const auto service,
                       Assembly::create(test::SigningFixture::default_options(), std::move(environment)));
  const Bytes document = test::sample_pdf();
  SignPdfCommand command = fixture.witness_command(seal, document);
  command.level = pades::BaselineLevel::b_t;
  command.tsa = "tight";
  fixture.trail.forget();
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, async::block_on(service->signing().sign_pdf(std::move(command))));
  EXPECT_EQ(made.pdf.signatures_made, 2U);
  EXPECT_EQ(fixture.software_keys.at("seal").signatures, 2);
  EXPECT_THAT(fixture.trail.events(),
              ElementsAre("signature.intent", "signature.failed", "signature.intent", "signature.made"));
  EXPECT_EQ(id_in(made.stored.tail), made.stored.id.value());
  for (const std::string& intent : fixture.trail.bodies("signature.intent")) {
    EXPECT_THAT(intent, HasSubstr(made.stored.id.value()));
  }
  const auto cut = test::cut_signature(document, made);
  const auto attribute = cut.cms.signer_infos().front().unsigned_attribute(cms::kIdSignatureTimeStampToken);
  ASSERT_OK_AND_ASSIGN(const auto token, tsp::TimestampToken::parse(attribute.value()));
  EXPECT_EQ(token.info().message_imprint,
            tsp::MessageImprint::of(crypto::digest(DigestAlgorithm::sha256, cut.cms.signer_infos().front().signature)));
}

}  // namespace
}  // namespace rakkan::service
