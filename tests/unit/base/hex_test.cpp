#include "rakkan/base/hex.hpp"

#include <gmock/gmock.h>

namespace rakkan {
namespace {

TEST(Hex, WritesLowerCaseDigits) { EXPECT_EQ(to_hex(Bytes{0x00, 0x9a, 0xff}), "009aff"); }

TEST(Hex, ReadsEitherCase) { EXPECT_EQ(from_hex("009AfF"), (Bytes{0x00, 0x9a, 0xff})); }

TEST(Hex, RefusesOddLengthAndOtherCharacters) {
  EXPECT_EQ(from_hex("0"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
  EXPECT_EQ(from_hex("0 "), std::nullopt);
}

}  // namespace
}  // namespace rakkan
