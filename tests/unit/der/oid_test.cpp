#include "rakkan/der/oid.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"

namespace rakkan::der {
namespace {

Bytes hex(std::string_view digits) { return from_hex(digits).value(); }

TEST(Oid, EncodesItsArcsAtCompileTime) {
  constexpr Oid kSha256{2, 16, 840, 1, 101, 3, 4, 2, 1};
  EXPECT_EQ(to_hex(kSha256.content()), "608648016503040201");
  EXPECT_EQ(kSha256.dotted(), "2.16.840.1.101.3.4.2.1");
}

// X.690 §8.19.5: {2 100 3} is 813403.
TEST(Oid, ReadsTheExampleOfX690) {
  EXPECT_EQ(Oid::from_content(hex("813403"))->dotted(), "2.100.3");
  EXPECT_EQ(to_hex(Oid::from_dotted("2.100.3")->content()), "813403");
}

TEST(Oid, TellsTheFirstTwoArcsApart) {
  EXPECT_EQ(Oid::from_content(hex("00"))->dotted(), "0.0");
  EXPECT_EQ(Oid::from_content(hex("27"))->dotted(), "0.39");
  EXPECT_EQ(Oid::from_content(hex("28"))->dotted(), "1.0");
  EXPECT_EQ(Oid::from_content(hex("4f"))->dotted(), "1.39");
  EXPECT_EQ(Oid::from_content(hex("50"))->dotted(), "2.0");
  EXPECT_EQ(Oid::from_content(hex("7f"))->dotted(), "2.47");
  EXPECT_EQ(Oid::from_content(hex("8100"))->dotted(), "2.48");
}

// X.667: 2.25 and a UUID of 128 bits.
TEST(Oid, ArcsMayBeLargerThanAnyMachineInteger) {
  constexpr std::string_view kText = "2.25.340282366920938463463374607431768211455";
  const auto oid = Oid::from_dotted(kText);
  ASSERT_TRUE(oid);
  EXPECT_EQ(to_hex(oid->content()), "6983ffffffffffffffffffffffffffffffffff7f");
  EXPECT_EQ(oid->dotted(), kText);
}

TEST(Oid, TheLongestTextIsReadBack) {
  const auto oid = Oid::from_content(Bytes(Oid::kMaxContentSize, 0x7F));
  ASSERT_TRUE(oid);
  EXPECT_EQ(Oid::from_dotted(oid->dotted()), oid);
}

TEST(Oid, RefusesMalformedContent) {
  EXPECT_EQ(Oid::from_content({}), std::nullopt);
  EXPECT_EQ(Oid::from_content(hex("2a86")), std::nullopt);      // cut short
  EXPECT_EQ(Oid::from_content(hex("2a8001")), std::nullopt);    // padded (X.690 §8.19.2)
  EXPECT_EQ(Oid::from_content(hex("8001")), std::nullopt);      // padded at the start
  EXPECT_NE(Oid::from_content(hex("2a818001")), std::nullopt);  // 80 inside an arc is a digit
  EXPECT_EQ(Oid::from_content(Bytes(48, 0x01)), std::nullopt);
  EXPECT_NE(Oid::from_content(Bytes(47, 0x01)), std::nullopt);
}

TEST(Oid, RefusesTextThatIsNoIdentifier) {
  for (const std::string_view text :
       {"", "1", "1.", ".1", "3.1", "1.40", "0.400", "1.2.", "1..2", "1.02", "1.2.-3", "1.2.x", "01.2", "1.2 "}) {
    EXPECT_EQ(Oid::from_dotted(text), std::nullopt) << text;
  }
  EXPECT_EQ(Oid::from_dotted("2.999")->dotted(), "2.999");
  EXPECT_EQ(Oid::from_dotted("1.2.0")->dotted(), "1.2.0");
}

}  // namespace
}  // namespace rakkan::der
