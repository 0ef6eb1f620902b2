// Authorities that do wrong while signatures are made at B-LTA and documents augmented. Each time there is an error
// that names it, the key is used once at most, document, log and store are as they were, and the same request succeeds
// once the authority answers well.
#include "support/free_port.hpp"
#include "support/loopback_tsa.hpp"
#include "unit/service/misbehaviour.hpp"

namespace rakkan::service {
namespace {

using namespace std::chrono_literals;
using fetch::ExchangeKind;
using pades::BaselineLevel;
using test::AuthorityBehaviour;
using test::FailsWith;
using test::IsOk;
using test::LoopbackTsa;
using test::TsaBehaviour;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class BadEvidence : public Misbehaviour {
 protected:
  struct Case {
    std::string what;
    AuthorityBehaviour ocsp;
    AuthorityBehaviour crl;
    ErrorCode told;
    std::string redirect = {};
  };

  void behave(AuthorityBehaviour ocsp, AuthorityBehaviour crl) {
    authority_.behave(ExchangeKind::ocsp, ocsp);
    authority_.behave(ExchangeKind::crl, crl);
  }
  void repair() { behave(AuthorityBehaviour::good, AuthorityBehaviour::good); }

  void expect_errors_of(const Case& one) {
    authority_.redirect_to(one.redirect);
    behave(one.ocsp, one.crl);
    const int uses = uses_of_key();
    expect_nothing_signed(sign(), ErrorCode::evidence_incomplete, one.told, one.what);
    EXPECT_EQ(uses_of_key(), uses) << one.what << ": what can be known before the key is touched is checked before";
    expect_not_augmented(augment(), ErrorCode::evidence_incomplete, one.told, one.what);

    repair();
    archive_->before = [&] { behave(one.ocsp, one.crl); };
    const auto after_the_key = sign();
    archive_->before = nullptr;
    EXPECT_EQ(uses_of_key(), uses + 1) << one.what;
    expect_pending_then_whole(after_the_key, ErrorCode::evidence_incomplete, [this] { repair(); }, one.what);
    const auto raised = augment();
    ASSERT_THAT(raised, IsOk()) << one.what;
    expect_archived(signed_document_, raised->tail);
    forget();
  }
};

TEST_F(BadEvidence, OfAResponderIsAnError) {
  using enum AuthorityBehaviour;
  for (const Case& one : {Case{"garbage", garbage, try_later, ErrorCode::malformed_ocsp_response},
                          Case{"hangs", hang, try_later, ErrorCode::evidence_timeout},
                          Case{"never ends", endless, try_later, ErrorCode::evidence_answer_invalid},
                          Case{"breaks off", breaks_off, try_later, ErrorCode::evidence_unreachable},
                          Case{"unknown", unknown, try_later, ErrorCode::ocsp_unsuccessful},
                          Case{"another certificate", another_certificate, try_later, ErrorCode::revocation_mismatch},
                          Case{"stale", stale, try_later, ErrorCode::revocation_out_of_date},
                          Case{"of another key", foreign, try_later, ErrorCode::revocation_signer_unauthorized}}) {
    expect_errors_of(one);
  }
}

TEST_F(BadEvidence, WithAWrongNonceIsAnError) {
  evidence_.nonce_origins = {authority_.origin()};
  restart();
  expect_errors_of(
      {"wrong nonce", AuthorityBehaviour::wrong_nonce, AuthorityBehaviour::try_later, ErrorCode::ocsp_nonce_mismatch});
}

TEST_F(BadEvidence, RedirectsIntoOurNetworkAreAnError) {
  const test::ScriptedServer inner([](const auto& client) { client.send(test::http_answer("200 OK", "secret")); });
  const std::string port = ":" + std::to_string(inner.port()) + "/";
  for (const std::string host : {"127.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "localhost"}) {
    expect_errors_of({"redirect to " + host, AuthorityBehaviour::redirect, AuthorityBehaviour::redirect,
                      ErrorCode::outside_address_refused, "http://" + host + port});
  }
  EXPECT_EQ(inner.connections(), 0);
}

TEST_F(BadEvidence, OfAListIsAnError) {
  using enum AuthorityBehaviour;
  fetch_.crl = 64 * 1024;
  restart();
  for (const Case& one : {Case{"stale", try_later, stale, ErrorCode::revocation_out_of_date},
                          Case{"foreign", try_later, foreign, ErrorCode::signature_invalid},
                          Case{"garbage", try_later, garbage, ErrorCode::malformed_crl},
                          Case{"never ends", try_later, endless, ErrorCode::evidence_answer_invalid},
                          Case{"breaks off", try_later, breaks_off, ErrorCode::evidence_unreachable}}) {
    expect_errors_of(one);
  }
}

class BadTimestamps : public Misbehaviour {
 protected:
  // A service whose documents are timestamped by a, then by b; signatures by another authority.
  void set_up(std::vector<std::string> list, const std::function<void(Options&)>& change = {}) {
    restart([&](Options& options) {
      options.tsa.emplace("a", profile(a_.url()));
      options.tsa.emplace("b", profile(b_.url()));
      options.tsa_lists.archive.profiles = std::move(list);
      if (change) {
        change(options);
      }
    });
    fixture_.trail.forget();
  }
  static TsaProfile profile(const std::string& url) {
    TsaProfile made;
    made.options.url = url;
    made.options.timeout = 500ms;
    return made;
  }
  LoopbackTsa a_{unit_}, b_{unit_};
};

TEST_F(BadTimestamps, OfTheArchiveAreAnError) {
  struct Case {
    TsaBehaviour behaviour;
    ErrorCode code;
  };
  using enum TsaBehaviour;
  set_up({"a"});
  for (const Case& one :
       {Case{wrong_nonce, ErrorCode::tsa_response_mismatch}, Case{wrong_imprint, ErrorCode::tsa_response_mismatch},
        Case{broken_signature, ErrorCode::tsa_response_mismatch}, Case{rejection, ErrorCode::tsa_rejected},
        Case{hang, ErrorCode::tsa_timeout}, Case{closes_early, ErrorCode::tsa_unreachable},
        Case{garbage, ErrorCode::malformed_timestamp_response}, Case{oversize, ErrorCode::tsa_response_too_large}}) {
    const std::string what(row(one.code).slug);
    a_.behave(one.behaviour);
    expect_not_augmented(augment(), one.code, one.code, what);
    const int uses = uses_of_key();
    const auto result = sign();
    EXPECT_EQ(uses_of_key(), uses + 1) << what;
    expect_pending_then_whole(result, one.code, [this] { a_.behave(good); }, what);
    const auto raised = augment();
    ASSERT_THAT(raised, IsOk()) << what;
    expect_archived(signed_document_, raised->tail);
    forget();
  }
}

TEST_F(BadTimestamps, OfOneThatIsGoneOrOutOfBudgetAreAnError) {
  const std::string nobody = "http://127.0.0.1:" + std::to_string(test::free_port()) + "/";
  set_up({"gone"}, [&](Options& options) { options.tsa.emplace("gone", profile(nobody)); });
  expect_not_augmented(augment(), ErrorCode::tsa_unreachable, ErrorCode::tsa_unreachable, "network cut");
  expect_pending_then_whole(sign(), ErrorCode::tsa_unreachable, [this] { set_up({"b"}); }, "network cut");

  // A signature without a time gets one before the evidence, and the archive's behind it: the budget ends between them.
  set_up({"a"}, [](Options& options) { options.tsa.at("a").options.budget = 3; });
  forget();
  EXPECT_THAT(augment(), IsOk());
  forget();
  const auto spent = augment();
  expect_not_augmented(spent, ErrorCode::tsa_budget_spent, ErrorCode::tsa_budget_spent, "budget");
  EXPECT_TRUE(spent.error().retry_after);
  expect_pending_then_whole(sign(), ErrorCode::tsa_budget_spent, [this] { set_up({"b"}); }, "budget");
}

TEST_F(BadTimestamps, OfAllOfAListAreOneErrorAndOneThatHangsLeavesTimeForTheNext) {
  set_up({"a", "b"});
  a_.behave(TsaBehaviour::rejection);
  b_.behave(TsaBehaviour::closes_early);
  const auto refused = augment();
  expect_not_augmented(refused, ErrorCode::tsa_unreachable, ErrorCode::tsa_rejected, "all are down");
  a_.behave(TsaBehaviour::hang);
  b_.behave(TsaBehaviour::good);
  const auto raised = augment();
  ASSERT_THAT(raised, IsOk());
  expect_archived(signed_document_, raised->tail);
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, sign());
  expect_archived(document_, made.stored.tail);
}

// A revocation counts from its second on: a signature that was made before it stays good.
class RevokedSigner : public Misbehaviour {
 protected:
  RevokedSigner() { gate_->time = fixture_.clock.time; }

  void revoke_at(Instant time) {
    authority_.revoke(certificate_of("seal"), time);
    fixture_.clock.time += 2h;  // the authority tells it
    gate_->time = fixture_.clock.time;
  }
  // Gives the signed document a timestamp.
  void date_document() {
    AugmentCommand command{.principal = {"tester"}, .document = signed_document_, .level = BaselineLevel::b_t};
    const auto made = test::value_or_throw(async::block_on(assembly_->signing().augment(std::move(command))));
    append(signed_document_, made.tail);
    signed_before_ = signed_document_;
    fixture_.trail.forget();
  }
  const Instant signed_at_ = fixture_.clock.time;
};

TEST_F(RevokedSigner, BeforeTheSignatureIsRefused) {
  authority_.revoke(certificate_of("seal"), fixture_.clock.time - 1s);
  const int uses = uses_of_key();
  expect_nothing_signed(sign(), ErrorCode::certificate_revoked, ErrorCode::certificate_revoked, "before");
  EXPECT_EQ(uses_of_key(), uses);
  expect_not_augmented(augment(), ErrorCode::certificate_revoked, ErrorCode::certificate_revoked, "before");
}

TEST_F(RevokedSigner, AtTheSecondOfTheSignatureIsRefused) {
  authority_.revoke(certificate_of("seal"), fixture_.clock.time);
  const int uses = uses_of_key();
  expect_nothing_signed(sign(), ErrorCode::certificate_revoked, ErrorCode::certificate_revoked, "at");
  EXPECT_EQ(uses_of_key(), uses);
  expect_not_augmented(augment(), ErrorCode::certificate_revoked, ErrorCode::certificate_revoked, "at");
}

TEST_F(RevokedSigner, AfterTheTimestampOfADocumentLeavesItGood) {
  date_document();
  revoke_at(signed_at_ + 1s);
  const auto raised = augment();
  ASSERT_THAT(raised, IsOk());
  expect_archived(signed_document_, raised->tail);
}

TEST_F(RevokedSigner, AtTheSecondOfADocumentsTimestampIsRefused) {
  date_document();
  revoke_at(signed_at_);
  expect_not_augmented(augment(), ErrorCode::certificate_revoked, ErrorCode::certificate_revoked, "at");
}

TEST_F(RevokedSigner, AfterTheSignatureLeavesItGood) {
  evidence_.freshness.mode = EvidenceFreshness::kAfterSignature;
  restart();
  ASSERT_THAT(sign(), FailsWith(ErrorCode::signature_pending));
  ASSERT_TRUE(pending());
  const SignatureId id = pending()->id;
  revoke_at(signed_at_ + 1s);
  restart();
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(id, document_));
  expect_archived(document_, made.tail);
}

TEST_F(RevokedSigner, AtTheTimeOfTheTimestampEndsASignatureThatIsPending) {
  evidence_.freshness.mode = EvidenceFreshness::kAfterSignature;
  restart();
  ASSERT_THAT(sign(), FailsWith(ErrorCode::signature_pending));
  ASSERT_TRUE(pending());
  const SignatureId id = pending()->id;
  revoke_at(signed_at_);
  restart();
  EXPECT_THAT(finish(id, document_), FailsWith(ErrorCode::signature_abandoned));
  EXPECT_THAT(fixture_.trail.bodies("signature.made"), IsEmpty());
  EXPECT_THAT(fixture_.trail.bodies("signature.abandoned"), SizeIs(1));
  EXPECT_EQ(kept(), 0U);
}

// A signature that waits for its document.
class WaitsForItsDocument : public Misbehaviour {
 protected:
  SignatureId left_pending(access::Principal by = {"tester"}) {
    archive_->failure = ErrorCode::tsa_unreachable;
    SignPdfCommand command = witness();
    command.principal = by;
    EXPECT_THAT(async::block_on(assembly_->signing().sign_pdf(std::move(command))),
                FailsWith(ErrorCode::signature_pending));
    archive_->failure.reset();
    const auto all = assembly_->signing().pending_signatures(by);
    EXPECT_THAT(all, SizeIs(1));
    return all.empty() ? SignatureId() : all.front().id;
  }
};

TEST_F(WaitsForItsDocument, AnotherDocumentChangesNothing) {
  const SignatureId id = left_pending();
  const auto before = test::value_or_throw(fixture_.store->kept_signature(id));
  Bytes other = document_;
  append(other, bytes_of("\n"));
  for (const Bytes& wrong : {other, Bytes(document_.begin(), document_.end() - 1), Bytes()}) {
    EXPECT_THAT(finish(id, wrong), FailsWith(ErrorCode::digest_mismatch));
  }
  EXPECT_EQ(test::value_or_throw(fixture_.store->kept_signature(id)).content, before.content);
  EXPECT_EQ(archive_->requests, 1) << "nobody was asked for it";
  EXPECT_THAT(fixture_.trail.events(), ElementsAre("signature.intent"));
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(id, document_));
  expect_archived(document_, made.tail);
}

TEST_F(WaitsForItsDocument, AnotherTenantCannotBringIt) {
  const SignatureId id = left_pending({"key:k", TenantId("acme")});
  const access::Principal other{"key:o", TenantId("other")};
  const auto theirs = finish(id, document_, other);
  const auto unknown = finish(SignatureId("sig_unknown"), document_, other);
  ASSERT_THAT(theirs, FailsWith(ErrorCode::signature_unknown));
  EXPECT_EQ(theirs.error().detail, unknown.error().detail);
  EXPECT_THAT(theirs.error().facts, IsEmpty());
  EXPECT_EQ(kept(), 1U);
  EXPECT_EQ(archive_->requests, 1);
  EXPECT_THAT(finish(id, document_, {"key:another of acme", TenantId("acme")}), IsOk());
}

TEST_F(WaitsForItsDocument, ADisabledCredentialDoesNotEndIt) {
  const SignatureId id = left_pending();
  ASSERT_THAT(assembly_->credentials().disable(test::kOperator, seal_), IsOk());
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(id, document_));
  expect_archived(document_, made.tail);
  EXPECT_THAT(sign(), FailsWith(ErrorCode::credential_disabled));
}

// The disk is full when the outcome is written.
using FullDisk = Misbehaviour;

TEST_F(FullDisk, LeavesASignaturePendingAndAnAugmentationUnmade) {
  fixture_.trail.fail_at("document.augmented");
  expect_not_augmented(augment(), ErrorCode::audit_unavailable, ErrorCode::audit_unavailable, "disk full");
  fixture_.trail.repair();
  const int uses = uses_of_key();
  fixture_.trail.fail_at("signature.made");
  ASSERT_THAT(sign(), FailsWith(ErrorCode::signature_pending));
  fixture_.trail.repair();
  restart();
  ASSERT_TRUE(pending());
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(pending()->id, document_));
  expect_archived(document_, made.tail);
  EXPECT_EQ(uses_of_key(), uses + 1);
}

}  // namespace
}  // namespace rakkan::service
