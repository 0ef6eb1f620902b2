// Misbehaviour: a service whose authorities do wrong, and the look at everything that must not have changed by it.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/base/error_table.hpp"
#include "rakkan/service/augmentation.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/pending_signature.hpp"
#include "rakkan/service/stored_signature.hpp"
#include "unit/service/evidenced_service.hpp"

namespace rakkan::service {

// The codes of an error and of all its causes.
inline std::set<ErrorCode> codes_in(const Error& error) {
  std::set<ErrorCode> codes{error.code};
  for (const Error& cause : error.causes) {
    codes.merge(codes_in(cause));
  }
  return codes;
}

class Misbehaviour : public test::EvidencedService {
 protected:
  Misbehaviour() {
    fetch_.timeout = std::chrono::milliseconds(300);
    fetch_.attempts = 1;
    fetch_.breaker_failures = 1'000;  // what it does is no part of this
    evidence_.cache.entries = 0;
    restart();
    seal_ = enrol("seal", credentials::CredentialKind::operator_seal);
    make_signed_document();
  }

  SignPdfCommand witness() const {
    SignPdfCommand command{{.principal = {"tester"},
                            .credential = seal_,
                            .type = SignatureType::witness,
                            .level = pades::BaselineLevel::b_lta},
                           HashedDocument::hash(document_, crypto::DigestAlgorithm::sha256)};
    command.consent.instruction = fixture_.instruction_for(document_);
    return command;
  }
  Result<SignedDocument> sign() { return async::block_on(assembly_->signing().sign_pdf(witness())); }
  Result<StoredSignature> finish(const SignatureId& id, const Bytes& document,
                                 const access::Principal& by = {"tester"}) {
    const HashedDocument hashed = HashedDocument::hash(document, crypto::DigestAlgorithm::sha256);
    return async::block_on(
        assembly_->signing().finish_signature(by, id, SigningService::When::at_once, std::nullopt, &hashed));
  }
  Result<AugmentedDocument> augment() {
    AugmentCommand command{.principal = {"tester"},
                           .document = signed_document_,
                           .level = pades::BaselineLevel::b_lta,
                           .claim = IdempotencyClaim{"order-1", Bytes{1}}};
    return async::block_on(assembly_->signing().augment(std::move(command)));
  }
  int uses_of_key() { return fixture_.software_keys.at("seal").signatures; }
  std::size_t kept() { return test::value_or_throw(fixture_.store->kept_signatures()).size(); }
  std::optional<PendingSignature> pending() {
    const auto all = assembly_->signing().pending_signatures({"tester"});
    EXPECT_LE(all.size(), 1U);
    return all.empty() ? std::nullopt : std::optional(all.front());
  }

  // Of what failed before the key is used: there is no trace of it but the refusal's.
  void expect_nothing_signed(const Result<SignedDocument>& result, ErrorCode code, ErrorCode told,
                             const std::string& what) {
    ASSERT_THAT(result, test::FailsWith(code)) << what;
    EXPECT_THAT(codes_in(result.error()), ::testing::Contains(told)) << what << ": " << to_string(result.error());
    EXPECT_EQ(kept(), 0U) << what;
    EXPECT_THAT(fixture_.trail.events(), ::testing::Not(::testing::Contains("signature.intent"))) << what;
    EXPECT_EQ(document_, test::sample_pdf()) << what;
  }
  void expect_not_augmented(const Result<AugmentedDocument>& result, ErrorCode code, ErrorCode told,
                            const std::string& what) {
    ASSERT_THAT(result, test::FailsWith(code)) << what;
    EXPECT_THAT(codes_in(result.error()), ::testing::Contains(told)) << what << ": " << to_string(result.error());
    EXPECT_THAT(fixture_.trail.events(), ::testing::Not(::testing::Contains("document.augmented"))) << what;
    EXPECT_FALSE(test::value_or_throw(fixture_.store->answer(TenantId(), "order-1"))) << what;
    EXPECT_EQ(signed_document_, signed_before_) << what;
  }
  // Of what failed after it: the value is kept, and the document brings it to B-LTA without the key.
  void expect_pending_then_whole(const Result<SignedDocument>& result, ErrorCode why,
                                 const std::function<void()>& repair, const std::string& what) {
    ASSERT_THAT(result, test::FailsWith(ErrorCode::signature_pending)) << what;
    ASSERT_TRUE(pending()) << what;
    const SignatureId id = pending()->id;
    EXPECT_EQ(pending()->reason, row(why).slug) << what;
    const int uses = uses_of_key();
    const auto again = finish(id, document_);
    ASSERT_THAT(again, test::FailsWith(ErrorCode::signature_pending)) << what << ": nothing was repaired yet";
    EXPECT_EQ(kept(), 1U) << what;
    repair();
    const auto made = finish(id, document_);
    ASSERT_THAT(made, test::IsOk()) << what;
    expect_archived(document_, made->tail);
    EXPECT_EQ(uses_of_key(), uses) << what;
    EXPECT_EQ(kept(), 0U) << what;
  }
  // A case begins as if there had been none before it.
  void forget() {
    fixture_.trail.forget();
    ASSERT_THAT(fixture_.store->forget(fixture_.clock.time + std::chrono::hours(1),
                                       fixture_.clock.time - std::chrono::hours(1)),
                test::IsOk());
  }
  static void expect_archived(const Bytes& base, const Bytes& tail) {
    Bytes whole = base;
    append(whole, tail);
    const auto all = intact_signatures(whole);
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all[0].level, pades::BaselineLevel::b_lta);
  }

  CredentialId seal_;
  const Bytes document_ = test::sample_pdf();
  Bytes signed_document_;  // at B-B
  Bytes signed_before_;

 private:
  void make_signed_document() {
    SignPdfCommand command = witness();
    command.level = pades::BaselineLevel::b_b;
    const auto made = test::value_or_throw(async::block_on(assembly_->signing().sign_pdf(std::move(command))));
    signed_document_ = document_;
    append(signed_document_, made.stored.tail);
    signed_before_ = signed_document_;
    fixture_.trail.forget();
  }
};

}  // namespace rakkan::service
