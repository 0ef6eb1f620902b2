// A signature whose timestamp cannot be had is not lost, and costs no second use of its key or its consent: it is kept,
// completed later, or given up with an outcome.
#include <boost/json.hpp>
#include <thread>

#include "rakkan/async/task.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/pending_signature.hpp"
#include "rakkan/service/resumption.hpp"
#include "rakkan/service/stored_signature.hpp"
#include "support/loopback_tsa.hpp"
#include "support/scripted_timestamper.hpp"
#include "support/signing_fixture.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::service {
namespace {

using pades::BaselineLevel;
using test::FailsWith;
using test::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using When = SigningService::When;

class PendingSignatures : public ::testing::Test {
 protected:
  explicit PendingSignatures(Options options = test::SigningFixture::default_options())
      : options_(std::move(options)),
        unit_(fixture_.authority),
        authority_(std::make_shared<test::ScriptedTimestamper>(*unit_.tsu)) {
    const auto ends_soon = [&](pki::CertificateTemplate& content) {
      content.validity.not_after = fixture_.clock.time + std::chrono::hours(3);
    };
    seal_ = fixture_.enrol("seal", credentials::CredentialKind::operator_seal);
    short_lived_ =
        fixture_.enrol("short", credentials::CredentialKind::operator_seal, crypto::KeyKind::ec_p256, "", ends_soon);
    yamada_ = fixture_.enrol("yamada", credentials::CredentialKind::party, crypto::KeyKind::ec_p256, "山田");
    fixture_.enrol("tsu", credentials::CredentialKind::tsu);
    fixture_.set_pin(yamada_, test::kYamadasPin);
    restart();
    fixture_.trail.forget();
  }

  void restart() {
    assembly_.reset();
    Environment environment = fixture_.environment();
    environment.timestampers.emplace("outside", authority_);
    assembly_ = test::value_or_throw(Assembly::create(options_, std::move(environment)));
  }
  SigningService& service() { return assembly_->signing(); }

  SignPdfCommand witness(const std::string& tsa = "outside") {
    SignPdfCommand command = fixture_.witness_command(seal_, document_);
    command.level = BaselineLevel::b_t;
    command.tsa = tsa;
    return command;
  }
  SignHashCommand hash(const std::string& tsa = "outside") {
    SignHashCommand command{{.principal = {"tester"},
                             .credential = seal_,
                             .type = SignatureType::witness,
                             .level = BaselineLevel::b_t,
                             .tsa = tsa},
                            crypto::digest(crypto::DigestAlgorithm::sha256, document_)};
    command.consent.instruction = fixture_.instruction_for(document_);
    return command;
  }
  template <class Command>
  auto sign(Command command) {
    if constexpr (std::is_same_v<Command, SignPdfCommand>) {
      return async::block_on(service().sign_pdf(std::move(command)));
    } else {
      return async::block_on(service().sign_hash(std::move(command)));
    }
  }
  // The id of a signature that the command left pending.
  template <class Command>
  SignatureId left_pending(Command command) {
    const auto result = sign(std::move(command));
    EXPECT_THAT(result, FailsWith(ErrorCode::signature_pending));
    if (result) {
      return {};
    }
    for (const auto& [name, value] : result.error().facts) {
      if (name == "signature_id") {
        return SignatureId(value);
      }
    }
    ADD_FAILURE() << "the error does not name the signature";
    return {};
  }
  Result<StoredSignature> finish(const SignatureId& id, When when = When::at_once, access::Principal by = {"tester"}) {
    return async::block_on(service().finish_signature(std::move(by), id, when, std::nullopt));
  }
  Result<StoredSignature> find(const SignatureId& id) {
    return async::block_on(service().find_signature({"tester"}, id));
  }
  bool resume() { return async::block_on(service().resume_next()); }
  std::size_t kept() { return test::value_or_throw(fixture_.store->kept_signatures()).size(); }
  int uses_of(const std::string& key) { return fixture_.software_keys.at(key).signatures; }

  // Expects the bytes of a completed signature to be a B-T signature of the document by foreign judgement.
  void expect_whole(const StoredSignature& stored) {
    const boost::json::object facts = boost::json::parse(stored.facts).as_object();
    const auto& range = facts.at("byte_range").as_array();
    const crypto::Digest any = crypto::digest(crypto::DigestAlgorithm::sha256, document_);
    const SignedPdf pdf{.tail = {},
                        .field_name = {},
                        .byte_range = {range.at(1).to_number<std::uint64_t>(), range.at(2).to_number<std::uint64_t>(),
                                       range.at(3).to_number<std::uint64_t>()},
                        .document_digest = any,
                        .byte_range_digest = any,
                        .cms_size = 0,
                        .reserve = 0,
                        .timestamp = {}};
    const test::CutSignature cut = test::cut_signature(document_, stored.tail, pdf);
    EXPECT_EQ(facts.at("bytes_added").to_number<std::size_t>(), stored.tail.size());
    EXPECT_EQ(facts.at("signature").as_string(), stored.id.value());
    EXPECT_TRUE(facts.contains("timestamp")) << stored.facts;
    EXPECT_THAT(std::string(text_of(cut.content)), HasSubstr(stored.id.value()));
    expect_timestamped(cut.cms);
    const auto verdict =
        test::openssl_verifies(fixture_.folder.path(), cut.cms.der(), cut.content, fixture_.authority.pem());
    EXPECT_EQ(verdict.exit_code, 0) << verdict.output;
  }
  static void expect_timestamped(const cms::SignedData& cms) {
    const auto& signer = cms.signer_infos().front();
    const auto attribute = signer.unsigned_attribute(cms::kIdSignatureTimeStampToken);
    ASSERT_TRUE(attribute.has_value());
    ASSERT_OK_AND_ASSIGN(const auto token, tsp::TimestampToken::parse(attribute.value()));
    EXPECT_EQ(token.info().message_imprint,
              tsp::MessageImprint::of(crypto::digest(crypto::DigestAlgorithm::sha256, signer.signature)));
  }

  Options options_;
  test::SigningFixture fixture_;
  test::TestTsu unit_;
  std::shared_ptr<test::ScriptedTimestamper> authority_;
  CredentialId seal_, short_lived_, yamada_;
  std::unique_ptr<Assembly> assembly_;
  const Bytes document_ = test::sample_pdf();
};

TEST_F(PendingSignatures, ADeadAuthorityCostsNoSecondUseOfTheKey) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.intent"));
  EXPECT_THAT(find(id), FailsWith(ErrorCode::signature_pending));
  authority_->failure.reset();
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(id));
  expect_whole(made);
  EXPECT_EQ(uses_of("seal"), 1);
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.intent", "signature.made"));
  EXPECT_EQ(fixture_.trail.entries().back().subject, fixture_.trail.entries().front().subject);
  EXPECT_EQ(made.id, id);
  EXPECT_EQ(kept(), 0U);
  ASSERT_OK_AND_ASSIGN(const StoredSignature found, find(id));
  EXPECT_EQ(found.tail, made.tail);
  EXPECT_EQ(found.facts, made.facts);
  ASSERT_OK_AND_ASSIGN(const StoredSignature again, finish(id));
  EXPECT_EQ(again.tail, made.tail);
}

TEST_F(PendingSignatures, WhatIsCompletedLaterHasTheFactsOfOneThatWasCompletedAtOnce) {
  ASSERT_OK_AND_ASSIGN(const SignedDocument at_once, sign(witness()));
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  authority_->failure.reset();
  ASSERT_OK_AND_ASSIGN(const StoredSignature later, finish(id));
  const auto names = [](const std::string& facts) {
    std::vector<std::string> all;
    const boost::json::object members = boost::json::parse(facts).as_object();
    for (const auto& member : members) {
      all.emplace_back(member.key());
    }
    return all;
  };
  EXPECT_EQ(names(later.facts), names(at_once.stored.facts));
  EXPECT_EQ(later.tail.size(), at_once.stored.tail.size());
}

TEST_F(PendingSignatures, ADigestsSignatureIsCompletedLikeADocuments) {
  authority_->failure = ErrorCode::tsa_timeout;
  const SignatureId id = left_pending(hash());
  authority_->failure.reset();
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(id));
  ASSERT_OK_AND_ASSIGN(const auto cms, cms::SignedData::parse(made.tail, false));
  expect_timestamped(cms);
  const auto verdict = test::openssl_verifies(fixture_.folder.path(), made.tail, document_, fixture_.authority.pem());
  EXPECT_EQ(verdict.exit_code, 0) << verdict.output;
  EXPECT_EQ(uses_of("seal"), 1);
}

TEST_F(PendingSignatures, EveryFailureOfTheAuthorityLeavesItPending) {
  for (const ErrorCode code :
       {ErrorCode::tsa_unreachable, ErrorCode::tsa_timeout, ErrorCode::tsa_rejected, ErrorCode::tsa_response_mismatch,
        ErrorCode::tsa_response_too_large, ErrorCode::malformed_timestamp_response, ErrorCode::deadline_exceeded,
        ErrorCode::overloaded, ErrorCode::shutting_down, ErrorCode::resource_shortage}) {
    authority_->failure = code;
    const int before = uses_of("seal");
    const SignatureId id = left_pending(witness());
    const auto pending = service().pending_signature({"tester"}, id);
    ASSERT_TRUE(pending.has_value());
    EXPECT_EQ(pending->reason, row(code).slug);
    EXPECT_EQ(pending->level, "B-T");
    EXPECT_EQ(pending->missing, "timestamp");
    authority_->failure.reset();
    ASSERT_THAT(finish(id), IsOk());
    EXPECT_EQ(uses_of("seal"), before + 1);
  }
}

TEST_F(PendingSignatures, TheErrorSaysWhatACallerNeeds) {
  authority_->failure = ErrorCode::tsa_rejected;
  const auto result = sign(witness());
  ASSERT_THAT(result, FailsWith(ErrorCode::signature_pending));
  const Error& error = result.error();
  EXPECT_TRUE(error.retry_after.has_value());
  EXPECT_THAT(error.facts, Contains(Pair("state", "pending")));
  EXPECT_THAT(error.facts, Contains(Pair("reason", "tsa-rejected")));
  EXPECT_THAT(error.facts, Contains(Pair("missing", "timestamp")));
  ASSERT_THAT(error.causes, SizeIs(1));
  EXPECT_EQ(error.causes.front().code, ErrorCode::tsa_rejected);
}

TEST_F(PendingSignatures, TheValueIsDurableBeforeTheAuthorityIsAsked) {
  authority_->before = [&] {
    ASSERT_OK_AND_ASSIGN(const auto rows, fixture_.store->kept_signatures());
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows.front().level, "B-T");
    EXPECT_THAT(fixture_.store->kept_signature(rows.front().id), IsOk());
  };
  ASSERT_THAT(sign(witness()), IsOk());
  EXPECT_EQ(authority_->requests, 1);
  EXPECT_EQ(kept(), 0U);
}

// The document's own part is kept: not the zeros, which are most of it.
TEST_F(PendingSignatures, TheZerosOfContentsAreNotKept) {
  authority_->failure = ErrorCode::tsa_unreachable;
  authority_->token_size = 200'000;
  const SignatureId id = left_pending(witness());
  ASSERT_OK_AND_ASSIGN(const auto row, fixture_.store->kept_signature(id));
  EXPECT_LT(row.content.size(), 4'096U);
  authority_->failure.reset();
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(id));
  EXPECT_GT(made.tail.size(), 400'000U);
  expect_whole(made);
}

// A commit is a sync. Nothing may cost one more than before.
TEST_F(PendingSignatures, OurOwnUnitAndBBCostTheCommitsThatTheyCostBefore) {
  const auto commits_of = [&](auto command) {
    const std::size_t before = fixture_.trail.commits();
    EXPECT_THAT(sign(std::move(command)), IsOk());
    return fixture_.trail.commits() - before;
  };
  SignPdfCommand basic = witness();
  basic.level = BaselineLevel::b_b;
  EXPECT_EQ(commits_of(std::move(basic)), 2U);  // intent, outcome
  EXPECT_EQ(commits_of(witness("internal")), 3U) << "the value goes with the token's entry in the journal";
  EXPECT_EQ(commits_of(hash("internal")), 3U);
  EXPECT_EQ(commits_of(witness("outside")), 3U) << "an outside authority costs one more";
  EXPECT_THAT(fixture_.trail.events(), Not(Contains("")));
}

TEST_F(PendingSignatures, BBKeepsNothing) {
  bool looked = false;
  fixture_.trail.before = [&](const std::string& event) {
    if (event == "signature.made") {
      looked = true;
      EXPECT_EQ(kept(), 0U);
    }
  };
  SignPdfCommand basic = witness();
  basic.level = BaselineLevel::b_b;
  EXPECT_THAT(sign(std::move(basic)), IsOk());
  fixture_.trail.before = nullptr;
  EXPECT_TRUE(looked);
}

TEST_F(PendingSignatures, AUnitThatFailsAfterItsJournalLeavesItPending) {
  fixture_.software_keys.at("tsu").failure = ErrorCode::hsm_device_gone;
  const std::size_t before = fixture_.trail.commits();
  const SignatureId id = left_pending(witness("internal"));
  EXPECT_EQ(fixture_.trail.commits() - before, 2U);
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.intent", "timestamp.intent"));
  fixture_.software_keys.at("tsu").failure.reset();
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(id));
  expect_whole(made);
  EXPECT_EQ(uses_of("seal"), 1);
}

TEST_F(PendingSignatures, AUnitThatFailsBeforeItsJournalLeavesItPending) {
  fixture_.software_keys.at("seal").before = [&](const crypto::Digest&) {
    EXPECT_THAT(assembly_->credentials().disable(test::kOperator, CredentialId("tsu")), IsOk());
  };
  const SignatureId id = left_pending(witness("internal"));
  EXPECT_EQ(kept(), 1U);
  EXPECT_THAT(finish(id), FailsWith(ErrorCode::signature_pending));
  EXPECT_EQ(uses_of("seal"), 1);
}

TEST_F(PendingSignatures, ARestartGoesOnWithIt) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId pdf = left_pending(witness());
  const SignatureId cms = left_pending(hash());
  fixture_.trail.forget();
  restart();
  EXPECT_THAT(fixture_.trail.events(), IsEmpty()) << "an intent whose value is kept is not interrupted";
  ASSERT_TRUE(service().pending_signature({"tester"}, pdf).has_value());
  EXPECT_EQ(service().pending_signature({"tester"}, pdf)->reason, "restart");
  EXPECT_THAT(service().pending_signatures({"tester"}), SizeIs(2));
  authority_->failure.reset();
  EXPECT_TRUE(resume());
  EXPECT_TRUE(resume());
  EXPECT_FALSE(resume());
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, find(pdf));
  expect_whole(made);
  EXPECT_THAT(find(cms), IsOk());
  EXPECT_EQ(uses_of("seal"), 2);
  EXPECT_EQ(kept(), 0U);
  restart();
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.made", "signature.made"));
}

TEST_F(PendingSignatures, TheServiceTriesAgainByItselfAndNotTooOften) {
  authority_->failure = ErrorCode::tsa_unreachable;
  left_pending(witness());
  EXPECT_FALSE(resume()) << "at once after a failure";
  int tries = 0;
  for (int second = 0; second < 600; ++second) {
    fixture_.monotonic.time += std::chrono::seconds(1);
    tries += resume() ? 1 : 0;
  }
  EXPECT_GT(tries, 4);
  EXPECT_LT(tries, 20);
  authority_->failure.reset();
  fixture_.monotonic.time += std::chrono::minutes(7);
  EXPECT_TRUE(resume());
  EXPECT_EQ(kept(), 0U);
  EXPECT_EQ(uses_of("seal"), 1);
}

TEST_F(PendingSignatures, ADeadAuthorityIsAskedForOneOfManyAtATime) {
  authority_->failure = ErrorCode::tsa_unreachable;
  for (int i = 0; i < 20; ++i) {
    left_pending(hash());
  }
  authority_->requests = 0;
  fixture_.monotonic.time += std::chrono::minutes(6);
  EXPECT_TRUE(resume());
  EXPECT_FALSE(resume()) << "the next has to wait for the authority, not for its own turn";
  EXPECT_EQ(authority_->requests, 1);
  authority_->failure.reset();
  fixture_.monotonic.time += std::chrono::minutes(6);
  while (resume()) {
  }
  EXPECT_EQ(kept(), 0U) << "one that answers gets all of them";
}

TEST_F(PendingSignatures, ItIsFinishedInTheBackground) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  authority_->failure.reset();
  restart();
  const Resumption resumption(service());
  EXPECT_TRUE(test::eventually([&] { return find(id).has_value(); }));
}

TEST_F(PendingSignatures, AnActivationThatSignedIsUsed) {
  ActivateCommand activate{.principal = {"tester"},
                           .credential = yamada_,
                           .digests = {crypto::digest(crypto::DigestAlgorithm::sha256, document_)},
                           .pin = test::pin_of(test::kYamadasPin)};
  ASSERT_OK_AND_ASSIGN(const Activated granted, async::block_on(service().activate(std::move(activate))));
  const auto by_token = [&] {
    SignPdfCommand command = fixture_.party_command(yamada_, document_, "");
    command.consent.pin.reset();
    command.consent.activation = SecureBytes(granted.token.view());
    command.level = BaselineLevel::b_t;
    command.tsa = "outside";
    return command;
  };
  authority_->failure = ErrorCode::tsa_timeout;
  const SignatureId id = left_pending(by_token());
  EXPECT_THAT(sign(by_token()), FailsWith(ErrorCode::activation_used));
  restart();
  EXPECT_THAT(sign(by_token()), FailsWith(ErrorCode::activation_used));
  authority_->failure.reset();
  EXPECT_THAT(finish(id), IsOk());
  EXPECT_THAT(sign(by_token()), FailsWith(ErrorCode::activation_used));
  EXPECT_EQ(uses_of("yamada"), 1);
}

TEST_F(PendingSignatures, TheIdempotencyKeyLeadsToItFromTheBeginning) {
  authority_->failure = ErrorCode::tsa_timeout;
  SignPdfCommand command = witness();
  command.claim = IdempotencyClaim{"key-1", Bytes{1, 2, 3}};
  const SignatureId id = left_pending(std::move(command));
  const auto answer = [&] { return test::value_or_throw(fixture_.store->answer(TenantId(), "key-1")); };
  ASSERT_TRUE(answer().has_value());
  EXPECT_EQ(answer()->signature, id);
  EXPECT_EQ(answer()->fingerprint, (Bytes{1, 2, 3}));
  authority_->failure.reset();
  EXPECT_THAT(finish(id), IsOk());
  ASSERT_TRUE(answer().has_value());
  EXPECT_EQ(answer()->signature, id);
}

TEST_F(PendingSignatures, AfterTheWindowItIsGivenUp) {
  authority_->failure = ErrorCode::tsa_unreachable;
  SignPdfCommand command = witness();
  command.claim = IdempotencyClaim{"key-1", Bytes{1, 2, 3}};
  const SignatureId id = left_pending(std::move(command));
  fixture_.clock.time += options_.resume_window;
  authority_->failure.reset();
  authority_->requests = 0;
  EXPECT_TRUE(resume());
  EXPECT_EQ(authority_->requests, 0);
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.intent", "signature.abandoned"));
  const std::string outcome = fixture_.trail.bodies("signature.abandoned").front();
  EXPECT_THAT(outcome, HasSubstr(R"("why":"window","code":"tsa-unreachable")"));
  EXPECT_THAT(outcome, HasSubstr(id.value()));
  EXPECT_EQ(kept(), 0U);
  EXPECT_THAT(find(id), FailsWith(ErrorCode::signature_unknown));
  ASSERT_OK_AND_ASSIGN(const auto answer, fixture_.store->answer(TenantId(), "key-1"));
  EXPECT_FALSE(answer.has_value()) << "the same request may be signed anew";
  fixture_.trail.forget();
  restart();
  for (const char* const event : {"signature.interrupted", "signature.abandoned"}) {
    EXPECT_THAT(fixture_.trail.bodies(event), IsEmpty()) << "the intent has its outcome";
  }
}

TEST_F(PendingSignatures, WhoAsksAfterTheWindowIsToldThatItIsGivenUp) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  fixture_.clock.time += options_.resume_window;
  EXPECT_THAT(finish(id), FailsWith(ErrorCode::signature_abandoned));
  EXPECT_THAT(finish(id), FailsWith(ErrorCode::signature_unknown));
}

TEST_F(PendingSignatures, ACertificateThatEndsMeanwhileEndsIt) {
  authority_->failure = ErrorCode::tsa_unreachable;
  SignPdfCommand command = witness();
  command.credential = short_lived_;
  const SignatureId id = left_pending(std::move(command));
  authority_->failure.reset();
  fixture_.clock.time += std::chrono::hours(3) + std::chrono::seconds(1);
  EXPECT_THAT(finish(id), FailsWith(ErrorCode::signature_abandoned));
  EXPECT_THAT(fixture_.trail.bodies("signature.abandoned"), ElementsAre(HasSubstr(R"("why":"certificate")")));
  EXPECT_EQ(kept(), 0U);
}

TEST_F(PendingSignatures, ACredentialThatIsDisabledMeanwhileDoesNot) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  ASSERT_THAT(assembly_->credentials().disable(test::kOperator, seal_), IsOk());
  authority_->failure.reset();
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(id));
  expect_whole(made);
}

TEST_F(PendingSignatures, AKeyThatIsRevokedMeanwhileDoesNot) {
  const auto standing = std::make_shared<access::KeyStanding>(ApiKeyId("k"), std::nullopt, false);
  authority_->failure = ErrorCode::tsa_unreachable;
  SignPdfCommand command = witness();
  command.principal = {"key:k", TenantId("acme"), false, standing};
  const SignatureId id = left_pending(std::move(command));
  standing->revoke();
  authority_->failure.reset();
  fixture_.monotonic.time += std::chrono::minutes(6);
  EXPECT_TRUE(resume());
  EXPECT_THAT(async::block_on(service().find_signature({"key:other", TenantId("acme")}, id)), IsOk());
  EXPECT_THAT(authority_->callers(), ElementsAre("key:k", "key:k"));
}

TEST_F(PendingSignatures, AnotherTenantKnowsNothingOfIt) {
  authority_->failure = ErrorCode::tsa_unreachable;
  SignPdfCommand command = witness();
  command.principal = {"key:k", TenantId("acme")};
  const SignatureId id = left_pending(std::move(command));
  const access::Principal other{"key:o", TenantId("other")};
  const auto unknown = async::block_on(service().find_signature(other, SignatureId("sig_unknown")));
  for (const auto& answer : {async::block_on(service().find_signature(other, id)), finish(id, When::at_once, other)}) {
    ASSERT_THAT(answer, FailsWith(ErrorCode::signature_unknown));
    EXPECT_EQ(answer.error().detail, unknown.error().detail);
    EXPECT_THAT(answer.error().facts, IsEmpty());
  }
  EXPECT_THAT(async::block_on(service().abandon_signature(other, id)), FailsWith(ErrorCode::signature_unknown));
  EXPECT_THAT(service().pending_signatures(other), IsEmpty());
  EXPECT_FALSE(service().pending_signature(other, id).has_value());
  EXPECT_THAT(service().pending_signatures({"key:x", TenantId("acme")}), SizeIs(1));
  EXPECT_THAT(service().pending_signatures(test::kOperator), SizeIs(1));
  EXPECT_EQ(kept(), 1U);
}

TEST_F(PendingSignatures, WhoeverGivesItUpIsNamed) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  EXPECT_THAT(async::block_on(service().abandon_signature(test::kOperator, id)), IsOk());
  EXPECT_THAT(fixture_.trail.bodies("signature.abandoned"),
              ElementsAre(HasSubstr(R"("why":"asked","code":"tsa-unreachable","by":{"id":"local:0"})")));
  EXPECT_EQ(kept(), 0U);
  EXPECT_THAT(async::block_on(service().abandon_signature(test::kOperator, id)),
              FailsWith(ErrorCode::signature_unknown));
  authority_->failure.reset();
  EXPECT_THAT(sign(witness()), IsOk()) << "another request is another signature";
  EXPECT_EQ(uses_of("seal"), 2);
}

TEST_F(PendingSignatures, TwoWhoFinishItAtOnceGetOneSignature) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  authority_->failure.reset();
  std::atomic<bool> second_answered = false;
  authority_->before = [&] {
    authority_->before = nullptr;
    EXPECT_THAT(finish(id), FailsWith(ErrorCode::signature_pending));
    EXPECT_THAT(async::block_on(service().abandon_signature(test::kOperator, id)),
                FailsWith(ErrorCode::signature_pending));
    second_answered = true;
  };
  EXPECT_THAT(finish(id), IsOk());
  EXPECT_TRUE(second_answered);
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.intent", "signature.made"));
}

TEST_F(PendingSignatures, ManyWhoFinishItAtOnceGetOneSignature) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  authority_->failure.reset();
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto result = finish(id);
      made += result.has_value() ? 1 : 0;
      EXPECT_TRUE(result.has_value() || result.error().code == ErrorCode::signature_pending);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_GE(made, 1);
  EXPECT_THAT(fixture_.trail.bodies("signature.made"), SizeIs(1));
  EXPECT_EQ(uses_of("seal"), 1);
}

TEST_F(PendingSignatures, AnErasureTakesTheValueAndTheSignature) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  const std::uint64_t intent = service().pending_signature({"tester"}, id)->intent;
  ASSERT_THAT(fixture_.store->commit({.changes = {store::RecordErasure{{intent}}}}), IsOk());
  EXPECT_EQ(kept(), 0U);
  authority_->failure.reset();
  EXPECT_THAT(finish(id), FailsWith(ErrorCode::signature_unknown));
  EXPECT_THAT(fixture_.trail.bodies("signature.made"), IsEmpty());
  service().forget_erased({intent});
  EXPECT_THAT(service().pending_signatures({"tester"}), IsEmpty());
}

// Between the token and the outcome.
TEST_F(PendingSignatures, AnErasureOnTheWayLeavesNothingBehind) {
  authority_->before = [&] {
    ASSERT_OK_AND_ASSIGN(const auto rows, fixture_.store->kept_signatures());
    ASSERT_THAT(rows, SizeIs(1));
    ASSERT_THAT(fixture_.store->commit({.changes = {store::RecordErasure{{rows.front().intent}}}}), IsOk());
  };
  EXPECT_THAT(sign(witness()), FailsWith(ErrorCode::signature_unknown));
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.intent"));
  EXPECT_EQ(kept(), 0U);
}

TEST_F(PendingSignatures, ATokenLargerThanItsReserveIsTheOnlyOneThatIsSignedAgain) {
  authority_->token_size = 100;
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, sign(witness()));
  EXPECT_EQ(made.pdf.signatures_made, 2U);
  EXPECT_THAT(fixture_.trail.events(),
              ElementsAre("signature.intent", "signature.failed", "signature.intent", "signature.made"));
  EXPECT_EQ(kept(), 0U);
  // Later there is no document to sign again.
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  authority_->failure.reset();
  EXPECT_THAT(finish(id), FailsWith(ErrorCode::signature_abandoned));
  EXPECT_THAT(fixture_.trail.bodies("signature.abandoned"), ElementsAre(HasSubstr(R"("why":"reserve")")));
  EXPECT_EQ(kept(), 0U);
}

TEST_F(PendingSignatures, AnOutcomeThatCannotBeRecordedLeavesItPending) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(witness());
  authority_->failure.reset();
  fixture_.trail.fail_at("signature.made");
  EXPECT_THAT(finish(id), FailsWith(ErrorCode::signature_pending));
  fixture_.trail.repair();
  restart();
  EXPECT_THAT(finish(id), IsOk());
  EXPECT_EQ(uses_of("seal"), 1);
}

TEST_F(PendingSignatures, AFirstOutcomeThatCannotBeRecordedLeavesItPending) {
  fixture_.trail.fail_at("signature.made");
  EXPECT_THAT(sign(witness()), FailsWith(ErrorCode::signature_pending));
  fixture_.trail.repair();
  fixture_.trail.forget();
  restart();
  EXPECT_THAT(fixture_.trail.events(), IsEmpty());
  EXPECT_TRUE(resume());
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.made"));
  EXPECT_EQ(uses_of("seal"), 1);
}

TEST_F(PendingSignatures, WhatCouldNotBeKeptIsInterrupted) {
  fixture_.trail.fail_at("timestamp.intent");
  EXPECT_THAT(sign(witness("internal")), FailsWith(ErrorCode::audit_unavailable));
  fixture_.trail.repair();
  fixture_.trail.forget();
  restart();
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.interrupted"));
}

TEST_F(PendingSignatures, CountsAreThere) {
  authority_->failure = ErrorCode::tsa_unreachable;
  const SignatureId first = left_pending(witness());
  const SignatureId second = left_pending(witness());
  EXPECT_EQ(assembly_->state().load().pending.waiting, 2U);
  authority_->failure.reset();
  EXPECT_THAT(finish(first), IsOk());
  EXPECT_THAT(async::block_on(service().abandon_signature(test::kOperator, second)), IsOk());
  const auto pending = assembly_->state().load().pending;
  EXPECT_EQ(pending.waiting, 0U);
  EXPECT_EQ(pending.finished, 1U);
  EXPECT_EQ(pending.abandoned, 1U);
  EXPECT_THAT(async::block_on(assembly_->state().readiness()), IsEmpty());
}

// The ways in which a real client of a real authority fails.
class MisbehavingAuthority : public PendingSignatures {
 protected:
  MisbehavingAuthority() : PendingSignatures(options()) {}
  static Options options() {
    Options options = test::SigningFixture::default_options();
    TsaProfile profile;
    profile.options.url = tsa().url();
    profile.options.timeout = std::chrono::milliseconds(300);
    options.tsa.emplace("loopback", profile);
    options.fetch.breaker_failures = 1'000;  // what it does is no part of this
    return options;
  }
  static test::LoopbackTsa& tsa() {
    static test::TestAuthority authority{"Outside Root"};
    static test::TestTsu unit(authority);
    static test::LoopbackTsa tsa(unit.tsu);
    return tsa;
  }
};

TEST_F(MisbehavingAuthority, NeverCostsASecondUseOfTheKey) {
  using enum test::TsaBehaviour;
  int signatures = 0;
  for (const test::TsaBehaviour behaviour : {hang, garbage, wrong_type, wrong_nonce, wrong_imprint, broken_signature,
                                             rejection, server_error, closes_early, oversize}) {
    tsa().behave(behaviour);
    const SignatureId id = left_pending(witness("loopback"));
    EXPECT_THAT(finish(id), FailsWith(ErrorCode::signature_pending)) << static_cast<int>(behaviour);
    tsa().behave(good);
    const auto made = finish(id);
    ASSERT_THAT(made, IsOk()) << static_cast<int>(behaviour);
    expect_whole(*made);
    EXPECT_EQ(uses_of("seal"), ++signatures);
  }
  EXPECT_THAT(fixture_.trail.bodies("signature.intent"), SizeIs(static_cast<std::size_t>(signatures)));
  EXPECT_THAT(fixture_.trail.bodies("signature.made"), SizeIs(static_cast<std::size_t>(signatures)));
}

}  // namespace
}  // namespace rakkan::service
