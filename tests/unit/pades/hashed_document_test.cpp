// One reading gives every digest: of the whole, of what each signature covers, and of what is still to come.
#include "rakkan/pades/hashed_document.hpp"

#include <gmock/gmock.h>

#include "rakkan/pades/signature_integrity.hpp"
#include "support/archivist.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pades {
namespace {

using crypto::DigestAlgorithm;
using test::FailsWith;
using test::kAllDigests;

crypto::Digest expected(ByteView base, const CoveredBytes& covered) {
  const auto& range = covered.range;
  return crypto::digest(covered.algorithm,
                        {base.first(range.first_length), base.subspan(range.second_offset, range.second_length)});
}

// Covered ranges that nest, touch, overlap and are empty, of every algorithm.
std::vector<CoveredBytes> ranges(std::uint64_t size) {
  std::vector<CoveredBytes> all;
  const std::vector<pdf::ByteRange> shapes{{0, 10, size - 10},     {size / 2, size / 2, 5}, {size / 2, size / 2 + 7, 0},
                                           {100, 65'600, 70'000},  {100, 200, 70'000},      {65'536, 65'537, 3},
                                           {size - 1, size, 0},    {size, size, 0},         {1, 2, size - 2},
                                           {131'072, 131'080, 100}};
  for (const pdf::ByteRange& shape : shapes) {
    for (const DigestAlgorithm algorithm : kAllDigests) {
      all.push_back({algorithm, shape});
    }
  }
  return all;
}

TEST(DocumentHasher, EveryCoveredRangeHasItsDigestHoweverTheBytesArrive) {
  const Bytes base = test::der_like(1, 200'001);
  const std::vector<CoveredBytes> covered = ranges(base.size());
  for (const std::size_t step : {base.size(), std::size_t{65'536}, std::size_t{4'099}, std::size_t{1'000'000}}) {
    DocumentHasher hasher{std::span(kAllDigests).first(1), covered};
    for (std::size_t at = 0; at < base.size(); at += step) {
      hasher.update(ByteView(base).subspan(at, std::min(step, base.size() - at)));
    }
    ASSERT_OK_AND_ASSIGN(const HashedDocument document, std::move(hasher).finish(base));
    EXPECT_EQ(document.document_digest(), crypto::digest(DigestAlgorithm::sha256, base));
    for (const CoveredBytes& one : covered) {
      EXPECT_EQ(document.digest_of(one), expected(base, one))
          << one.range.first_length << " " << one.range.second_offset << " " << one.range.second_length;
    }
  }
}

TEST(DocumentHasher, ARangeThatIsNotInOrderOrReachesBeyondTheEndHasNoDigest) {
  const Bytes base = test::der_like(1, 1000);
  constexpr auto kSha256 = DigestAlgorithm::sha256;
  const std::vector<CoveredBytes> wrong{{kSha256, {20, 10, 5}},
                                        {kSha256, {10, 20, 981}},
                                        {kSha256, {1001, 1002, 0}},
                                        {kSha256, {10, ~std::uint64_t{0} - 3, 10}}};
  const auto document = HashedDocument::hash(pdf::DocumentBytes(base), kAllDigests, wrong);
  for (const CoveredBytes& one : wrong) {
    EXPECT_EQ(document.digest_of(one), std::nullopt);
  }
  EXPECT_EQ(document.document_digest(), crypto::digest(kSha256, base));
}

TEST(HashedDocument, GoesOnIntoUpdatesWithEveryAlgorithm) {
  const Bytes base = test::sample_pdf();
  test::Archivist archivist;
  Augmentation augmentation = test::Archivist::start(base);
  ASSERT_THAT(archivist.sign(augmentation), test::IsOk());
  ASSERT_THAT(archivist.sign(augmentation), test::IsOk());
  const Bytes whole = test::Archivist::joined(augmentation);
  ASSERT_OK_AND_ASSIGN(const pdf::Document document, augmentation.open());
  test::FixedRandom random;
  ASSERT_OK_AND_ASSIGN(const PreparedRevision prepared, prepare(document, {}, 64, random));
  for (const DigestAlgorithm algorithm : kAllDigests) {
    EXPECT_EQ(augmentation.document().byte_range_digest(prepared, algorithm),
              digest_byte_range(whole, prepared, algorithm));
  }
  EXPECT_EQ(augmentation.document().document_digest(), crypto::digest(DigestAlgorithm::sha256, base));
}

TEST(HashedDocument, AnAlgorithmOrADocumentThatItDidNotReadIsAnError) {
  const Bytes base = test::sample_pdf();
  test::FixedRandom random;
  ASSERT_OK_AND_ASSIGN(const pdf::Document document, pdf::Document::open(base));
  ASSERT_OK_AND_ASSIGN(const PreparedRevision prepared, prepare(document, {}, 64, random));
  auto hashed = HashedDocument::hash(base, DigestAlgorithm::sha256);
  EXPECT_THAT(hashed.byte_range_digest(prepared, DigestAlgorithm::sha384), FailsWith(ErrorCode::internal));
  EXPECT_THAT(hashed.byte_range_digest(prepared, DigestAlgorithm::sha256), test::IsOk());
  hashed.append(bytes_of("\n"));
  EXPECT_THAT(hashed.byte_range_digest(prepared, DigestAlgorithm::sha256), FailsWith(ErrorCode::internal));
}

// What several signatures and a document timestamp cover, of two algorithms, is hashed in the one reading from which a
// further revision goes on.
TEST(HashedDocument, SignaturesAreCheckedByTheDigestsOfOneReading) {
  const Bytes base = test::sample_pdf();
  test::Archivist archivist;
  Augmentation augmentation = test::Archivist::start(base);
  ASSERT_THAT(archivist.sign(augmentation), test::IsOk());
  ASSERT_THAT(archivist.sign(augmentation), test::IsOk());
  ASSERT_THAT(archivist.timestamp(augmentation, DigestAlgorithm::sha384), test::IsOk());
  const pdf::DocumentBytes bytes = augmentation.document().bytes();
  ASSERT_OK_AND_ASSIGN(const pdf::Document document, pdf::Document::open(bytes));
  const auto signatures = test::signatures_of(document);
  const std::vector<CoveredBytes> covered = covered_bytes(document, signatures);
  ASSERT_EQ(covered.size(), 3U);
  EXPECT_EQ(covered.at(2).algorithm, DigestAlgorithm::sha384);
  const auto hashed = HashedDocument::hash(bytes, std::span(kAllDigests).first(1), covered);
  for (std::size_t i = 0; i < covered.size(); ++i) {
    EXPECT_TRUE(hashed.digest_of(covered.at(i)).has_value());
    EXPECT_EQ(check_integrity(document, signatures.at(i), &hashed).outcome(), Check::passed);
    EXPECT_EQ(check_integrity(document, signatures.at(i)).outcome(), Check::passed);
  }
  // The digests decide: a reading of other bytes makes the same signatures fail.
  Bytes other = test::Archivist::joined(augmentation);
  other.at(20) ^= 1;
  const auto wrong = HashedDocument::hash(pdf::DocumentBytes(other), std::span(kAllDigests).first(1), covered);
  for (const pdf::Signature& signature : signatures) {
    EXPECT_EQ(check_integrity(document, signature, &wrong).digest.outcome, Check::failed);
  }
}

}  // namespace
}  // namespace rakkan::pades
