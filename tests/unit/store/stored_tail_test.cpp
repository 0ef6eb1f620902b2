#include "store/stored_tail.hpp"

#include "support/result_matchers.hpp"

namespace rakkan::store {
namespace {

using test::FailsWith;
using ::testing::ElementsAre;
using Form = CertificateStretch::Form;

std::shared_ptr<const SharedCertificate> certificate(Bytes der) {
  auto made = std::make_shared<SharedCertificate>();
  made->der = std::move(der);
  return made;
}

Result<Bytes> three_bytes(std::uint64_t) { return Bytes{0xC1, 0xC2, 0xC3}; }

TEST(StoredTail, HasTheFormThatItsHeaderDescribes) {
  const auto der = certificate({0xC1, 0xC2, 0xC3});
  const Bytes tail{'a', 'b', 0xC1, 0xC2, 0xC3, 'c', '1', 'c', '2', 'c', '3', 'd'};
  const std::vector<StretchReference> references{{{2, Form::der, der}, 5}, {{5, Form::hex, der}, 200}};
  for (const StretchReference& one : references) {
    EXPECT_TRUE(stands_in(tail, one.stretch));
  }
  const Bytes stored = encode_tail(tail, references);
  // size 12, 2 stretches: 2 bytes on number 5 as DER, 0 bytes on number 200 as digits (401 = 0x91 0x03); "abd".
  EXPECT_THAT(stored, ElementsAre(12, 2, 2, 10, 0, 0x91, 0x03, 'a', 'b', 'd'));
  const auto again = decode_tail(stored, three_bytes);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, tail);
  EXPECT_THAT(certificates_of(stored).value(), ElementsAre(5, 200));
}

TEST(StoredTail, OfNothingIsItsHeadAlone) {
  EXPECT_THAT(encode_tail({}, {}), ElementsAre(0, 0));
  EXPECT_EQ(decode_tail(Bytes{0, 0}, three_bytes).value(), Bytes());
}

TEST(StoredTail, AStretchStandsOnlyWhereItsCertificateIs) {
  const auto der = certificate({0xC1, 0xC2});
  const Bytes tail{0xC1, 0xC2, 'c', '1', 'c', '2', 'C', '1', 'C', '2', 0xC1};
  EXPECT_TRUE(stands_in(tail, {0, Form::der, der}));
  EXPECT_TRUE(stands_in(tail, {2, Form::hex, der}));
  EXPECT_FALSE(stands_in(tail, {1, Form::der, der}));
  EXPECT_FALSE(stands_in(tail, {6, Form::hex, der})) << "digits of the other case";
  EXPECT_FALSE(stands_in(tail, {10, Form::der, der})) << "its end is missing";
  EXPECT_FALSE(stands_in(tail, {~std::uint64_t{0}, Form::der, der}));
  EXPECT_FALSE(stands_in(tail, {0, Form::der, certificate({})})) << "a certificate of no bytes";
}

TEST(StoredTail, DamageIsStoreCorrupt) {
  const std::vector<Bytes> damaged{
      {},
      {3},                                                           // no count
      {3, 1},                                                        // no stretch
      {3, 1, 0},                                                     // no reference
      {3, 0x80},                                                     // a number without its end
      {4, 0, 'a', 'b', 'c'},                                         // too short
      {2, 0, 'a', 'b', 'c'},                                         // too long
      {6, 1, 4, 2, 'a', 'b', 'c'},                                   // a gap beyond the end
      {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0},  // more than 64 bits
      {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0},  // a size that nothing has
  };
  for (std::size_t i = 0; i < damaged.size(); ++i) {
    EXPECT_THAT(decode_tail(damaged[i], three_bytes), FailsWith(ErrorCode::store_corrupt)) << "case " << i;
  }
  const auto lost = [](std::uint64_t) -> Result<Bytes> { return fail(ErrorCode::store_unavailable, "gone"); };
  EXPECT_THAT(decode_tail(Bytes{3, 1, 0, 2}, lost), FailsWith(ErrorCode::store_unavailable));
}

}  // namespace
}  // namespace rakkan::store
