// The contents of a signed document: signatures and document timestamps in order, with the time that is known about each.
#include "rakkan/pades/existing_signatures.hpp"

#include <gmock/gmock.h>

#include "rakkan/pades/augmentation.hpp"
#include "support/archivist.hpp"
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

}  // namespace
}  // namespace rakkan::pades
