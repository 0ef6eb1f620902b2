// Documents that others signed are raised to B-T, B-LT and B-LTA: by document timestamps, and by evidence from the
// servers that their certificates name.
#include "rakkan/service/augmentation.hpp"

#include <boost/json.hpp>

#include "rakkan/async/task.hpp"
#include "rakkan/cms/signed_data_builder.hpp"
#include "support/archivist.hpp"
#include "unit/service/evidenced_service.hpp"

namespace rakkan::service {
namespace {

using pades::BaselineLevel;
using test::AuthorityBehaviour;
using test::FailsWith;
using test::IsOk;
using ::testing::HasSubstr;

class Augmentations : public test::EvidencedService {
 protected:
  // The sample document with one signature of the signer's.
  Bytes signed_document() { return signed_again(test::sample_pdf()); }
  Bytes signed_again(const Bytes& base) {
    pades::Augmentation document = test::Archivist::start(base);
    const auto open = test::value_or_throw(document.open());
    auto prepared = test::value_or_throw(pades::prepare(open, {}, 4096, fixture_.random));
    const auto digest = test::value_or_throw(document.document().byte_range_digest(prepared, suite_.digest));
    const auto attributes = cms::SignedAttributes::make(cms::kIdData, digest, signer_, suite_);
    const Bytes value = test::value_or_throw(key_.sign(suite_, attributes.digest()));
    const std::vector<pki::Certificate> chain{authority_.certificate()};
    const Bytes cms = cms::assemble_signed_data({.attributes = attributes,
                                                 .signer = signer_,
                                                 .signature = value,
                                                 .certificates = chain,
                                                 .embed_signer = true,
                                                 .content = std::nullopt,
                                                 .content_type = cms::kIdData,
                                                 .signature_timestamp = std::nullopt});
    auto revision = test::value_or_throw(pades::SignedRevision::embed(std::move(prepared), cms));
    Bytes whole = base;
    append(whole, std::move(revision).take_tail());
    return whole;
  }

  Result<AugmentedDocument> augment(const Bytes& document, BaselineLevel level, const std::string& only = "") {
    AugmentCommand command{
        .principal = {"tester"}, .document = document, .level = level, .only = only, .tsa = "archive"};
    return async::block_on(assembly_->signing().augment(std::move(command)));
  }
  // The document with what the augmentation adds.
  Bytes raised(const Bytes& document, BaselineLevel level) {
    const AugmentedDocument made = test::value_or_throw(augment(document, level));
    Bytes whole = document;
    append(whole, made.tail);
    return whole;
  }
  static boost::json::object facts_of(const AugmentedDocument& made) {
    return boost::json::parse(made.facts).as_object();
  }

  crypto::SoftwareSigner key_ = pki::new_key(crypto::KeyKind::ec_p256);
  pki::Certificate signer_ = authority_.certify("Yamada", key_.public_key().spki());
};

TEST_F(Augmentations, ASignatureWithoutATimeGetsADocumentTimestamp) {
  const Bytes document = signed_document();
  ASSERT_OK_AND_ASSIGN(const AugmentedDocument made, augment(document, BaselineLevel::b_t));
  const auto facts = facts_of(made);
  EXPECT_EQ(facts.at("level").as_string(), "B-T");
  EXPECT_EQ(facts.at("signatures").at(0).at("before").as_string(), "B-B");
  EXPECT_EQ(facts.at("signatures").at(0).at("level").as_string(), "B-T");
  EXPECT_FALSE(facts.contains("evidence"));
  Bytes whole = document;
  append(whole, made.tail);
  const auto all = intact_signatures(whole);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].level, BaselineLevel::b_t);
  EXPECT_TRUE(all[1].is_document_timestamp());

  ASSERT_OK_AND_ASSIGN(const AugmentedDocument again, augment(whole, BaselineLevel::b_t));
  EXPECT_TRUE(again.tail.empty()) << "it has the level already";
}

TEST_F(Augmentations, BLtaHoldsTheEvidenceOfSignerAndUnits) {
  const Bytes document = signed_document();
  ASSERT_OK_AND_ASSIGN(const AugmentedDocument made, augment(document, BaselineLevel::b_lta));
  const auto facts = facts_of(made);
  EXPECT_EQ(facts.at("level").as_string(), "B-LTA");
  EXPECT_TRUE(facts.at("evidence").at("complete").as_bool()) << made.facts;
  EXPECT_EQ(facts.at("timestamps").as_array().size(), 2U);
  EXPECT_TRUE(facts.contains("renewal"));
  Bytes whole = document;
  append(whole, made.tail);
  const auto all = intact_signatures(whole);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].level, BaselineLevel::b_lta);
  const StoreSize store = store_of(whole);
  EXPECT_EQ(store.responses, 2U) << "signer and unit";
  EXPECT_GE(store.certificates, 3U) << "signer, unit, responder";
  EXPECT_EQ(store.lists, 0U) << "OCSP is preferred";
}

TEST_F(Augmentations, ArchiveTimestampsFollowOneAnother) {
  const Bytes first = raised(signed_document(), BaselineLevel::b_lta);
  const Bytes second = raised(first, BaselineLevel::b_lta);
  EXPECT_EQ(intact_signatures(first).size(), 3U);
  EXPECT_EQ(intact_signatures(second).size(), 4U);
  EXPECT_EQ(store_of(second).certificates, store_of(first).certificates) << "nothing twice";
}

TEST_F(Augmentations, EverySignatureIsRaised) {
  const Bytes document = signed_again(signed_document());
  ASSERT_OK_AND_ASSIGN(const AugmentedDocument made, augment(document, BaselineLevel::b_lt));
  const auto facts = facts_of(made);
  ASSERT_EQ(facts.at("signatures").as_array().size(), 2U);
  for (const auto& row : facts.at("signatures").as_array()) {
    EXPECT_EQ(row.at("level").as_string(), "B-LT");
  }
}

TEST_F(Augmentations, WithoutTheResponderTheListServes) {
  authority_.behave(fetch::ExchangeKind::ocsp, AuthorityBehaviour::garbage);
  const Bytes whole = raised(signed_document(), BaselineLevel::b_lt);
  const StoreSize store = store_of(whole);
  EXPECT_EQ(store.responses, 0U);
  EXPECT_EQ(store.lists, 1U);
}

TEST_F(Augmentations, WithoutEvidenceThereIsNoLowerLevel) {
  authority_.behave(fetch::ExchangeKind::ocsp, AuthorityBehaviour::unknown);
  authority_.behave(fetch::ExchangeKind::crl, AuthorityBehaviour::garbage);
  const auto made = augment(signed_document(), BaselineLevel::b_lta);
  ASSERT_THAT(made, FailsWith(ErrorCode::evidence_incomplete));
  EXPECT_FALSE(made.error().causes.empty());
  EXPECT_THAT(to_string(made.error()), HasSubstr("Yamada"));
}

TEST_F(Augmentations, ARevokedSignerIsRefused) {
  authority_.revoke(signer_, fixture_.clock.time - std::chrono::hours(1));
  EXPECT_THAT(augment(signed_document(), BaselineLevel::b_lt), FailsWith(ErrorCode::certificate_revoked));
}

TEST_F(Augmentations, EvidenceThatHasToBeNewerIsWaitedFor) {
  evidence_.freshness.mode = EvidenceFreshness::kAfterSignature;
  evidence_.freshness.grace = std::chrono::hours(24);
  restart();
  const auto made = augment(signed_document(), BaselineLevel::b_lt);
  ASSERT_THAT(made, FailsWith(ErrorCode::evidence_pending));
  EXPECT_TRUE(made.error().retry_after.has_value());
}

TEST_F(Augmentations, ABrokenSignatureIsRefusedByNameUnlessAnotherIsMeant) {
  Bytes document = signed_again(signed_document());
  const std::string_view text = text_of(document);
  const std::size_t second = text.rfind("Signature2");
  ASSERT_NE(second, std::string_view::npos);
  document[second + 9] = '3';  // the name of the second signature's field, which its own ByteRange covers
  const auto refused = augment(document, BaselineLevel::b_t);
  ASSERT_THAT(refused, FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(refused.error().where, HasSubstr("Signature3"));
  ASSERT_OK_AND_ASSIGN(const AugmentedDocument made, augment(document, BaselineLevel::b_t, "Signature1"));
  EXPECT_EQ(facts_of(made).at("level").as_string(), "B-B") << "the file is worth no more than its weakest signature";
  EXPECT_THAT(augment(document, BaselineLevel::b_t, "nobody"), FailsWith(ErrorCode::pdf_field_not_found));
}

TEST_F(Augmentations, OnlyASignedDocumentAndALevelAboveBB) {
  EXPECT_THAT(augment(test::sample_pdf(), BaselineLevel::b_lta), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(augment(signed_document(), BaselineLevel::b_b), FailsWith(ErrorCode::invalid_argument));
}

TEST_F(Augmentations, AnAuthorityThatFailsLeavesAnError) {
  archive_->failure = ErrorCode::tsa_unreachable;
  EXPECT_THAT(augment(signed_document(), BaselineLevel::b_lta), FailsWith(ErrorCode::tsa_unreachable));
}

TEST_F(Augmentations, TheTrailAndTheIdempotencyAnswerHaveIt) {
  const Bytes document = signed_document();
  fixture_.trail.forget();
  AugmentCommand command{.principal = {"tester"},
                         .document = document,
                         .level = BaselineLevel::b_t,
                         .tsa = "archive",
                         .claim = IdempotencyClaim{"order-1", Bytes{1}}};
  ASSERT_OK_AND_ASSIGN(const AugmentedDocument made, async::block_on(assembly_->signing().augment(std::move(command))));
  ASSERT_OK_AND_ASSIGN(const auto kept, fixture_.store->answer(TenantId(), "order-1"));
  ASSERT_TRUE(kept.has_value());
  ASSERT_OK_AND_ASSIGN(const AugmentedDocument again, AugmentedDocument::decode(kept->answer));
  EXPECT_EQ(again.tail, made.tail);
  EXPECT_EQ(again.facts, made.facts);
  EXPECT_THAT(AugmentedDocument::decode(ByteView(kept->answer).first(9)), FailsWith(ErrorCode::store_corrupt));
}

}  // namespace
}  // namespace rakkan::service
