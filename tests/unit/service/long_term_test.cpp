// Signatures of ours at B-LT and B-LTA: whole in one request, or pending without a second use of the key.
#include <boost/json.hpp>

#include "rakkan/async/task.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/pending_signature.hpp"
#include "rakkan/service/stored_signature.hpp"
#include "unit/service/evidenced_service.hpp"

namespace rakkan::service {
namespace {

using pades::BaselineLevel;
using test::AuthorityBehaviour;
using test::FailsWith;
using test::IsOk;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using When = SigningService::When;

class LongTerm : public test::EvidencedService {
 protected:
  LongTerm() { seal_ = enrol("seal", credentials::CredentialKind::operator_seal); }

  SignPdfCommand witness(BaselineLevel level) const {
    SignPdfCommand command{
        {.principal = {"tester"}, .credential = seal_, .type = SignatureType::witness, .level = level},
        HashedDocument::hash(document_, crypto::DigestAlgorithm::sha256)};
    command.consent.instruction = fixture_.instruction_for(document_);
    return command;
  }
  Result<SignedDocument> sign(BaselineLevel level) {
    return async::block_on(assembly_->signing().sign_pdf(witness(level)));
  }
  Result<StoredSignature> finish(const SignatureId& id, const HashedDocument* document) {
    return async::block_on(
        assembly_->signing().finish_signature({"tester"}, id, When::at_once, std::nullopt, document));
  }
  // The id of a signature that is left pending.
  SignatureId left_pending(BaselineLevel level) {
    const auto result = sign(level);
    EXPECT_THAT(result, FailsWith(ErrorCode::signature_pending));
    const auto all = assembly_->signing().pending_signatures({"tester"});
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? SignatureId() : all.front().id;
  }
  Bytes with(const Bytes& tail) const {
    Bytes whole = document_;
    append(whole, tail);
    return whole;
  }
  int uses_of_key() { return fixture_.software_keys.at("seal").signatures; }

  CredentialId seal_;
  const Bytes document_ = test::sample_pdf();
};

TEST_F(LongTerm, BLtIsMadeInOneRequest) {
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, sign(BaselineLevel::b_lt));
  const Bytes whole = with(made.stored.tail);
  const auto all = intact_signatures(whole);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].level, BaselineLevel::b_lt);
  EXPECT_EQ(store_of(whole).responses, 2U) << "signer and unit";
  const auto facts = boost::json::parse(made.stored.facts).as_object();
  EXPECT_EQ(facts.at("level").as_string(), "B-LT");
  EXPECT_TRUE(facts.at("evidence").at("complete").as_bool());
  EXPECT_EQ(facts.at("bytes_added").to_number<std::size_t>(), made.stored.tail.size());
  EXPECT_EQ(uses_of_key(), 1);
}

TEST_F(LongTerm, BLtaIsMadeInOneRequest) {
  ASSERT_OK_AND_ASSIGN(const SignedDocument made, sign(BaselineLevel::b_lta));
  const auto all = intact_signatures(with(made.stored.tail));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].level, BaselineLevel::b_lta);
  const auto facts = boost::json::parse(made.stored.facts).as_object();
  EXPECT_EQ(facts.at("timestamps").as_array().size(), 1U);
  EXPECT_TRUE(facts.contains("renewal")) << made.stored.facts;
  EXPECT_EQ(archive_->requests, 2);
}

TEST_F(LongTerm, NothingIsSignedWithoutEvidence) {
  authority_.behave(fetch::ExchangeKind::ocsp, AuthorityBehaviour::unknown);
  authority_.behave(fetch::ExchangeKind::crl, AuthorityBehaviour::try_later);
  EXPECT_THAT(sign(BaselineLevel::b_lta), FailsWith(ErrorCode::evidence_incomplete));
  authority_.behave(fetch::ExchangeKind::ocsp, AuthorityBehaviour::good);
  authority_.revoke(certificate_of("seal"), fixture_.clock.time - std::chrono::hours(1));
  restart();
  EXPECT_THAT(sign(BaselineLevel::b_lt), FailsWith(ErrorCode::certificate_revoked));
  EXPECT_EQ(uses_of_key(), 0) << "what can be known before the key is touched is checked before";
  EXPECT_TRUE(assembly_->signing().pending_signatures({"tester"}).empty());
}

TEST_F(LongTerm, ADeadAuthorityLeavesItPendingUntilTheDocumentIsBrought) {
  archive_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(BaselineLevel::b_lta);
  EXPECT_EQ(assembly_->signing().pending_signatures({"tester"}).front().missing, "document");
  archive_->failure.reset();
  fixture_.monotonic.time += std::chrono::minutes(10);
  EXPECT_FALSE(async::block_on(assembly_->signing().resume_next())) << "it cannot be completed without the document";
  EXPECT_THAT(finish(id, nullptr), FailsWith(ErrorCode::signature_pending));
  const Bytes other = test::sample_pdf({.form = test::kXrefForms[1]});
  const HashedDocument wrong = HashedDocument::hash(other, crypto::DigestAlgorithm::sha256);
  EXPECT_THAT(finish(id, &wrong), FailsWith(ErrorCode::digest_mismatch));

  const HashedDocument document = HashedDocument::hash(document_, crypto::DigestAlgorithm::sha256);
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(id, &document));
  const auto all = intact_signatures(with(made.tail));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].level, BaselineLevel::b_lta);
  EXPECT_EQ(uses_of_key(), 1);
  EXPECT_EQ(boost::json::parse(made.facts).at("bytes_added").to_number<std::size_t>(), made.tail.size());
}

// A signature that can never be B-LT is given up at once: it would wait in vain until the window ends.
TEST_F(LongTerm, WhatCanNeverBeCompletedIsGivenUp) {
  archive_->failure = ErrorCode::tsa_unreachable;
  const SignatureId id = left_pending(BaselineLevel::b_lt);
  archive_->failure.reset();
  authority_.revoke(certificate_of("seal"), fixture_.clock.time - std::chrono::hours(1));
  evidence_.freshness.max_age = std::chrono::seconds(1);
  fixture_.clock.time += std::chrono::minutes(5);  // what was gathered before is too old
  gate_->time = fixture_.clock.time;
  restart();
  const HashedDocument document = HashedDocument::hash(document_, crypto::DigestAlgorithm::sha256);
  const auto result = finish(id, &document);
  EXPECT_THAT(result, FailsWith(ErrorCode::signature_abandoned));
  EXPECT_TRUE(assembly_->signing().pending_signatures({"tester"}).empty());
  EXPECT_THAT(fixture_.trail.bodies("signature.abandoned"),
              ElementsAre(AllOf(HasSubstr(R"("why":"evidence")"), HasSubstr(R"("code":"certificate-revoked")"))));
}

// Revocation data have to be newer than the timestamp: it is kept, or they would never be.
TEST_F(LongTerm, WhatWaitsForNewerDataKeepsItsTimestamp) {
  evidence_.freshness.mode = EvidenceFreshness::kAfterSignature;
  evidence_.freshness.grace = std::chrono::hours(2);
  restart();
  gate_->time = fixture_.clock.time;
  const SignatureId id = left_pending(BaselineLevel::b_lt);
  EXPECT_EQ(assembly_->signing().pending_signatures({"tester"}).front().reason, "evidence-pending");
  const HashedDocument document = HashedDocument::hash(document_, crypto::DigestAlgorithm::sha256);
  EXPECT_THAT(finish(id, &document), FailsWith(ErrorCode::signature_pending));
  fixture_.clock.time += std::chrono::hours(6);
  restart();
  ASSERT_OK_AND_ASSIGN(const StoredSignature made, finish(id, &document));
  EXPECT_EQ(archive_->requests, 1) << "the timestamp of the first try";
  EXPECT_EQ(intact_signatures(with(made.tail)).at(0).level, BaselineLevel::b_lt);
  EXPECT_EQ(uses_of_key(), 1);
}

TEST_F(LongTerm, ADigestAloneReachesBTAtMost) {
  SignHashCommand command{
      {.principal = {"tester"}, .credential = seal_, .type = SignatureType::witness, .level = BaselineLevel::b_lt},
      crypto::digest(crypto::DigestAlgorithm::sha256, document_)};
  command.consent.instruction = fixture_.instruction_for(document_);
  EXPECT_THAT(async::block_on(assembly_->signing().sign_hash(std::move(command))),
              FailsWith(ErrorCode::invalid_argument));
}

}  // namespace
}  // namespace rakkan::service
