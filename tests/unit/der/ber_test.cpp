#include "rakkan/der/ber.hpp"

#include "rakkan/base/hex.hpp"
#include "rakkan/der/reader.hpp"
#include "support/ber.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::der {
namespace {

using test::FailsWith;
using test::IsOk;

std::string converted(const std::string& hex) {
  const auto der = from_ber(*from_hex(hex));
  return der ? to_hex(*der) : to_string(der.error());
}

void expect_refused(const std::string& hex, const std::string& where) {
  const auto der = from_ber(*from_hex(hex));
  ASSERT_THAT(der, FailsWith(ErrorCode::malformed_der)) << hex;
  EXPECT_EQ(der.error().where, where) << hex;
}

TEST(Ber, DerStaysAsItIs) {
  for (const char* der : {"0500", "3000", "3003020101", "30050403616263", "a003020101", "0400"}) {
    EXPECT_EQ(converted(der), der);
  }
}

TEST(Ber, IndefiniteLengthsBecomeDefinite) {
  EXPECT_EQ(converted("30800000"), "3000");
  EXPECT_EQ(converted("30800201010000"), "3003020101");
  EXPECT_EQ(converted("3080a08031800201010000000005000000"), "3009a00531030201010500");
  EXPECT_EQ(converted("300730800201010000"), "30053003020101") << "within a definite one";
}

TEST(Ber, OctetStringsInPiecesBecomeWhole) {
  EXPECT_EQ(converted("2480040161040262630000"), "0403616263");
  EXPECT_EQ(converted("240704016104026263"), "0403616263");
  EXPECT_EQ(converted("24800000"), "0400");
  EXPECT_EQ(converted("2400"), "0400");
  EXPECT_EQ(converted("248024030401612480040162000004000000"), "04026162") << "pieces of pieces";
}

TEST(Ber, LengthsAroundWhatChangedAreMinimal) {
  Bytes ber{0x30, 0x83, 0x00, 0x00, 0xCC, 0x24, 0x80, 0x04, 0x81, 0xC5};
  ber.resize(ber.size() + 0xC5, 0x11);
  append(ber, Bytes{0x00, 0x00});
  ASSERT_OK_AND_ASSIGN(const Bytes der, from_ber(ber));
  EXPECT_EQ(to_hex(ByteView(der).first(6)), "3081c80481c5");
  EXPECT_EQ(der.size(), 0xC8U + 3);
  Reader reader(der);
  EXPECT_THAT(reader.enter(Tag::sequence), IsOk());
}

// A certificate beside what had to change is the one that was signed, however it was written.
TEST(Ber, WhatNeedsNoChangeKeepsItsBytes) {
  EXPECT_EQ(converted("30803007010101028101010000"), "3009300701010102810101");
  ASSERT_OK_AND_ASSIGN(const Bytes der, from_ber(*from_hex("30803004810205000000")));
  EXPECT_EQ(to_hex(der), "3006300481020500");
}

TEST(Ber, WhatIsNoneIsRefusedWithItsPlace) {
  expect_refused("", "offset 0");
  expect_refused("30", "offset 0");
  expect_refused("0000", "offset 0");            // an end of nothing
  expect_refused("308002010100", "offset 5");    // no end
  expect_refused("04800000", "offset 0");        // primitive, of indefinite length
  expect_refused("300302010100", "offset 5");    // something behind it
  expect_refused("3002020101", "offset 4");      // reaches beyond its container
  expect_refused("24800201010000", "offset 4");  // a piece of another type
  expect_refused("1f810100", "offset 0");        // a tag of several octets
  expect_refused("3089010000000000000000", "offset 2");
  expect_refused("30ff", "offset 2");
}

TEST(Ber, EveryTruncationIsRefused) {
  const Bytes ber = *from_hex("3080a08024800401610401620000000030030201010000");
  ASSERT_THAT(from_ber(ber), IsOk());
  for (std::size_t size = 0; size < ber.size(); ++size) {
    EXPECT_THAT(from_ber(ByteView(ber).first(size)), FailsWith(ErrorCode::malformed_der)) << size;
  }
}

TEST(Ber, DepthAndSizeAreLimited) {
  const auto nested = [](Byte identifier, std::size_t depth) {
    Bytes ber;
    for (std::size_t i = 0; i < depth; ++i) {
      append(ber, Bytes{identifier, 0x80});
    }
    ber.resize(ber.size() + 2 * depth);
    return ber;
  };
  for (const Byte identifier : {Byte{0x30}, Byte{0x24}}) {
    EXPECT_THAT(from_ber(nested(identifier, Reader::kMaxDepth + 1)), IsOk());
    EXPECT_THAT(from_ber(nested(identifier, Reader::kMaxDepth + 2)), FailsWith(ErrorCode::malformed_der));
    EXPECT_THAT(from_ber(nested(identifier, 100'000)), FailsWith(ErrorCode::malformed_der));
  }
  Bytes large{0x04, 0x83, 0x0F, 0xFF, 0xFB};
  large.resize(std::size_t{1} << 20U);
  EXPECT_THAT(from_ber(large), IsOk());
  large.push_back(0);
  EXPECT_THAT(from_ber(large), FailsWith(ErrorCode::malformed_der));
}

TEST(BerPrefix, LengthsAreMinimalWhereThatIsAskedFor) {
  const auto minimal = [](const std::string& hex) {
    return to_hex(from_ber_prefix(*from_hex(hex), {1024, true})->der);
  };
  EXPECT_EQ(minimal("30840000000502810200ff"), "3004020200ff");
  EXPECT_EQ(minimal("0481026162"), "04026162");
  EXPECT_EQ(minimal("308005810000003003020101"), "30020500");
  EXPECT_EQ(minimal("3003020101"), "3003020101");
  EXPECT_EQ(converted("30840000000502810200ff"), "30840000000502810200ff") << "from_ber leaves them";
}

TEST(BerPrefix, TellsWhatTheElementTook) {
  const auto prefix = [](const std::string& hex) { return from_ber_prefix(*from_hex(hex), {}); };
  EXPECT_EQ(prefix("3080020101000000000000")->size, 7U);
  EXPECT_EQ(prefix("05000500")->size, 2U);
  EXPECT_THAT(prefix("30800201010000"), IsOk());
  EXPECT_THAT(prefix("308002010100"), FailsWith(ErrorCode::malformed_der));
}

TEST(BerPrefix, SizeAndPiecesAreLimited) {
  const Bytes ber = *from_hex("3080020101000000");
  EXPECT_THAT(from_ber_prefix(ber, {ber.size(), false}), IsOk());
  EXPECT_THAT(from_ber_prefix(ber, {ber.size() - 1, false}), FailsWith(ErrorCode::malformed_der));
  // Elements of indefinite length take memory; those that need no change do not, however many there are.
  constexpr std::size_t kMany = 600'000;
  const auto many = [](const Bytes& element) {
    Bytes inside{0x30, 0x80};
    for (std::size_t i = 0; i < kMany; ++i) {
      append(inside, element);
    }
    append(inside, Bytes{0, 0});
    return from_ber_prefix(inside, {std::size_t{1} << 24, false});
  };
  EXPECT_THAT(many({0x05, 0x00}), IsOk());
  EXPECT_THAT(many({0x30, 0x80, 0x00, 0x00}), FailsWith(ErrorCode::malformed_der));
}

TEST(BerElements, AreTakenAsTheyAre) {
  const Bytes ber = *from_hex("3080a08004010a00003080000002810111000005000400");
  ByteView rest = ber;
  ASSERT_OK_AND_ASSIGN(const BerElement first, take_ber(rest));
  EXPECT_EQ(first.tag, Tag::sequence);
  EXPECT_EQ(to_hex(first.content), "a08004010a00003080000002810111");
  EXPECT_EQ(to_hex(first.encoding), "3080a08004010a000030800000028101110000");
  ASSERT_OK_AND_ASSIGN(const BerElement second, take_ber(rest));
  EXPECT_EQ(second.tag, Tag::null);
  EXPECT_EQ(to_hex(rest), "0400");
  ByteView inside = first.content;
  EXPECT_EQ(to_hex(take_ber(inside)->content), "04010a");
  EXPECT_EQ(to_hex(take_ber(inside)->encoding), "30800000");
  EXPECT_EQ(to_hex(take_ber(inside)->content), "11");
  EXPECT_THAT(take_ber(inside), FailsWith(ErrorCode::malformed_der));
}

TEST(BerElements, EndlessOrTooDeepOnesAreRefused) {
  for (const char* hex : {"3080", "30800500", "308030800000", "0480", "3003020101ff80"}) {
    const Bytes ber = *from_hex(hex);
    ByteView rest = ber;
    const bool whole = std::string_view(hex).starts_with("3003");
    EXPECT_EQ(take_ber(rest).has_value(), whole) << hex;
  }
  Bytes deep;
  for (unsigned i = 0; i < 1'000; ++i) {
    append(deep, Bytes{0x30, 0x80});
  }
  deep.resize(deep.size() + 2'000);
  ByteView rest = deep;
  EXPECT_THAT(take_ber(rest), FailsWith(ErrorCode::malformed_der));
}

TEST(DerForm, IsLookedForAtEveryLevel) {
  for (const char* der : {"", "0500", "3003020101", "300730050403616263", "0101ff", "31060201020201010500"}) {
    EXPECT_TRUE(has_der_form(*from_hex(der))) << der;
  }
  for (const char* ber : {"30800000", "300430800000", "0481026162", "3003048100", "3003010101", "02020001",
                          "30040202007f", "2400", "05"}) {
    EXPECT_FALSE(has_der_form(*from_hex(ber))) << ber;
  }
}

TEST(Ber, WhatTheTestsWriteIsWhatIsMeant) {
  EXPECT_EQ(to_hex(test::in_ber(*from_hex("30050403616263"))), "30802480040361626300000000");
}

}  // namespace
}  // namespace rakkan::der
