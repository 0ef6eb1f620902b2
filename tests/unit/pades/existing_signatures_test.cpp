// The contents of a signed document: signatures and document timestamps in order, with the time that is known about
// each.
#include "rakkan/pades/existing_signatures.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <string>

#include "rakkan/cms/embedded_evidence.hpp"
#include "rakkan/pades/augmentation.hpp"
#include "support/archivist.hpp"
#include "support/handmade_cms.hpp"
#include "support/handmade_revocation.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pades {
namespace {

using test::Archivist;
using test::IsOk;

struct ExistingSignatures : testing::Test {
  // Reads what the augmentation has appended so far.
  void read(const Augmentation& augmentation) {
    document.emplace(test::value_or_throw(augmentation.open()));
    all = test::value_or_throw(existing_signatures(*document));
  }

  const Bytes base = test::sample_pdf();
  Archivist archivist;
  std::optional<pdf::Document> document;
  std::vector<ExistingSignature> all;
};

TEST_F(ExistingSignatures, OfADocumentWithoutAnyThereAreNone) {
  read(Archivist::start(base));
  EXPECT_TRUE(all.empty());
}

TEST_F(ExistingSignatures, ASignatureAloneHasNoTime) {
  Augmentation augmentation = Archivist::start(base);
  ASSERT_THAT(archivist.sign(augmentation), IsOk());
  read(augmentation);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all[0].is_document_timestamp());
  EXPECT_EQ(all[0].integrity.outcome(), Check::passed);
  EXPECT_EQ(all[0].level, BaselineLevel::b_b);
  EXPECT_EQ(all[0].existed_at, std::nullopt);
  EXPECT_EQ(all[0].end, document->size());
  EXPECT_EQ(all[0].integrity.embedded.size(), 2U) << "the signer's certificate and its issuer's";
}

TEST_F(ExistingSignatures, ADocumentTimestampDatesWhatItCoversAndNotItself) {
  Augmentation augmentation = Archivist::start(base);
  ASSERT_THAT(archivist.sign(augmentation), IsOk());
  ASSERT_THAT(archivist.timestamp(augmentation), IsOk());
  ASSERT_THAT(archivist.sign(augmentation), IsOk());
  read(augmentation);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[1].is_document_timestamp());
  EXPECT_EQ(all[1].level, std::nullopt);
  EXPECT_EQ(all[1].existed_at, std::nullopt);
  ASSERT_TRUE(all[1].integrity.timestamps.front().token);
  EXPECT_EQ(all[0].existed_at, all[1].integrity.timestamps.front().token->info().generation_time);
  EXPECT_EQ(all[0].level, BaselineLevel::b_t);
  EXPECT_EQ(all[2].existed_at, std::nullopt) << "it came after the timestamp";
}

TEST_F(ExistingSignatures, OfSeveralTimestampsTheEarliestCounts) {
  Augmentation augmentation = Archivist::start(base);
  ASSERT_THAT(archivist.sign(augmentation), IsOk());
  ASSERT_THAT(archivist.timestamp(augmentation), IsOk());
  archivist.tsu.clock->time = SystemClock{}.now() + std::chrono::hours(24);
  ASSERT_THAT(archivist.timestamp(augmentation), IsOk());
  read(augmentation);
  ASSERT_EQ(all.size(), 3U);
  const auto time = [&](std::size_t i) { return all[i].integrity.timestamps.front().token->info().generation_time; };
  ASSERT_LT(time(1), time(2));
  EXPECT_EQ(all[0].existed_at, time(1));
  EXPECT_EQ(all[1].existed_at, time(2)) << "the first timestamp is dated by the second";
}

// A token over other bytes, or a document timestamp whose document was changed, dates nothing.
TEST_F(ExistingSignatures, ABrokenTimestampDatesNothing) {
  Augmentation augmentation = Archivist::start(base);
  ASSERT_THAT(archivist.sign(augmentation), IsOk());
  ASSERT_THAT(archivist.timestamp(augmentation), IsOk());
  Bytes whole = Archivist::joined(augmentation);
  const std::string_view text = text_of(whole);
  const std::size_t name = text.rfind("/DocTimeStamp");
  ASSERT_NE(name, std::string_view::npos);
  const std::size_t field = text.rfind("/T ");
  ASSERT_NE(field, std::string_view::npos);
  whole[text.find_first_of("(<", field) + 1] ^= 0x01;  // the name of the timestamp's field, which its ByteRange covers
  document.emplace(test::value_or_throw(pdf::Document::open(whole)));
  all = test::value_or_throw(existing_signatures(*document));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].integrity.outcome(), Check::failed);
  EXPECT_EQ(all[0].integrity.outcome(), Check::passed);
  EXPECT_EQ(all[0].existed_at, std::nullopt);
}

// Evidence inside the CMS of a signature: one list in a signed attribute, another beside it.
struct EvidenceInSignatures : ExistingSignatures {
  // Signs with these lists; `timestamped`: with a signature timestamp, whose token has the third list.
  void sign(Augmentation& augmentation, bool timestamped, bool broken = false) {
    const pdf::Document open = test::value_or_throw(augmentation.open());
    auto prepared = test::value_or_throw(prepare(open, {}, 16'384, archivist.random));
    const auto digest =
        test::value_or_throw(augmentation.document().byte_range_digest(prepared, archivist.suite.digest));
    test::HandmadeCms cms(archivist.signer, archivist.suite, {});
    cms.replace_attribute(cms::kIdMessageDigest,
                          test::attribute(cms::kIdMessageDigest, {test::tagged(0x04, {digest.view()})}));
    cms.attributes.push_back(test::attribute(
        cms::kAdbeRevocationInfoArchival, {test::sequence({test::tagged(0xA0, {test::sequence({list("Signed")})})})}));
    std::sort(cms.attributes.begin(), cms.attributes.end());
    cms.sign();
    cms.revocation = test::tagged(0xA1, {list("Beside")});
    if (timestamped) {
      cms.unsigned_attributes = {test::attribute(cms::kIdSignatureTimeStampToken, {token_with_list(cms.signature)})};
    }
    if (broken) {
      cms.replace_attribute(
          cms::kAdbeRevocationInfoArchival,
          test::attribute(cms::kAdbeRevocationInfoArchival,
                          {test::sequence({test::tagged(0xA0, {test::sequence({list("Forged")})})})}));
    }
    auto revision = test::value_or_throw(SignedRevision::embed(std::move(prepared), cms.encode()));
    ASSERT_THAT(augmentation.add_revision(std::move(revision).take_tail()), IsOk());
  }
  static Bytes list(const std::string& issuer) {
    test::HandmadeCrl crl;
    crl.issuer = copy_of(pki::name_of(issuer).der());
    return crl.encode();
  }
  // A token over the value, with a list in its SignedData.crls, which its signature does not cover.
  Bytes token_with_list(ByteView value) {
    const auto token =
        test::value_or_throw(archivist.token_over(crypto::digest(crypto::DigestAlgorithm::sha256, value)));
    const cms::SignedData& data = token.signed_data();
    test::HandmadeCms with_list(archivist.tsu.identity, archivist.suite, {}, cms::kIdCtTstInfo);
    with_list.version = 3;
    with_list.content = test::tagged(0x04, {*data.content()});
    with_list.attributes = test::split(data.signer_infos().front().signed_attributes_content);
    with_list.signature = copy_of(data.signer_infos().front().signature);
    with_list.revocation = test::tagged(0xA1, {list("Token")});
    return with_list.encode();
  }
  // By the issuer of the list: when it is proven to have existed.
  std::map<std::string, std::optional<Instant>> times_of(std::size_t index) {
    const pki::EvidenceMaterial material = embedded_evidence(all.at(index), all);
    std::map<std::string, std::optional<Instant>> times;
    for (const auto& each : material.lists()) {
      EXPECT_EQ(each.from.origin, pki::EvidenceOrigin::document);
      times.emplace(each.list.issuer().text(), each.from.existed_at);
    }
    return times;
  }
  const std::string in_signed = pki::name_of("Signed").text();
  const std::string beside = pki::name_of("Beside").text();
  const std::string in_token = pki::name_of("Token").text();
};

TEST_F(EvidenceInSignatures, WithoutATimestampItHasNoTime) {
  Augmentation augmentation = Archivist::start(base);
  sign(augmentation, false);
  read(augmentation);
  ASSERT_EQ(all[0].integrity.outcome(), Check::passed);
  EXPECT_EQ(times_of(0), (std::map<std::string, std::optional<Instant>>{{in_signed, {}}, {beside, {}}}));
}

// A signature timestamp dates the value and with it the signed attributes. Anybody may have put the rest into the file
// since.
TEST_F(EvidenceInSignatures, ASignatureTimestampDatesWhatIsSignedAlone) {
  Augmentation augmentation = Archivist::start(base);
  sign(augmentation, true);
  read(augmentation);
  ASSERT_EQ(all[0].integrity.outcome(), Check::passed);
  ASSERT_TRUE(all[0].existed_at);
  EXPECT_EQ(times_of(0), (std::map<std::string, std::optional<Instant>>{
                             {in_signed, all[0].existed_at}, {beside, {}}, {in_token, {}}}));
}

TEST_F(EvidenceInSignatures, ADocumentTimestampDatesAllOfIt) {
  Augmentation augmentation = Archivist::start(base);
  sign(augmentation, true);
  archivist.tsu.clock->time = SystemClock{}.now() + std::chrono::hours(24);
  ASSERT_THAT(archivist.timestamp(augmentation), IsOk());
  read(augmentation);
  ASSERT_EQ(all.size(), 2U);
  const Instant later = all[1].integrity.timestamps.front().token->info().generation_time;
  ASSERT_LT(*all[0].existed_at, later);
  EXPECT_EQ(times_of(0), (std::map<std::string, std::optional<Instant>>{
                             {in_signed, all[0].existed_at}, {beside, later}, {in_token, later}}));
  EXPECT_TRUE(times_of(1).empty());
}

// A value that is not that of the signed attributes says nothing about when these existed.
TEST_F(EvidenceInSignatures, ABrokenSignatureDatesNothing) {
  Augmentation augmentation = Archivist::start(base);
  sign(augmentation, true, true);
  read(augmentation);
  ASSERT_EQ(all[0].integrity.signature.outcome, Check::failed);
  ASSERT_TRUE(all[0].existed_at) << "the timestamp over the value is intact";
  const auto times = times_of(0);
  ASSERT_TRUE(times.contains(pki::name_of("Forged").text()));
  EXPECT_EQ(times.at(pki::name_of("Forged").text()), std::nullopt);
}

}  // namespace
}  // namespace rakkan::pades
