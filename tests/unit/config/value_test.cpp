#include "config/value.hpp"

#include <gtest/gtest.h>

namespace rakkan::config {
namespace {

using std::chrono::milliseconds;

TEST(ConfigValue, DurationNeedsAUnit) {
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("30s"), milliseconds(30'000));
  EXPECT_EQ(parse_duration("2h"), milliseconds(7'200'000));
  for (const char* bad : {"", "5", "ms", "-5s", "5 s", "5sec", "1e3s", "5s "}) {
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  }
}

TEST(ConfigValue, DurationThatOverflowsIsNone) {
  EXPECT_EQ(parse_duration("213503982335d"), std::nullopt);
  EXPECT_EQ(parse_duration("18446744073709551615ms"), std::nullopt);
}

TEST(ConfigValue, SizeIsBytesOrBinaryUnits) {
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("64KiB"), 65536U);
  EXPECT_EQ(parse_size("2GiB"), 2147483648U);
  EXPECT_EQ(parse_size("64KB"), std::nullopt);
  EXPECT_EQ(parse_size("18446744073709551615GiB"), std::nullopt);
}

TEST(ConfigValue, TextIsInTheLargestUnitThatLosesNothing) {
  EXPECT_EQ(duration_text(milliseconds(1'500)), "1500ms");
  EXPECT_EQ(duration_text(milliseconds(90'000)), "90s");
  EXPECT_EQ(duration_text(milliseconds(0)), "0s");
  EXPECT_EQ(size_text(65536), "64KiB");
  EXPECT_EQ(size_text(65537), "65537");
}

TEST(ConfigValue, TomlStringEscapesQuotesAndControls) { EXPECT_EQ(toml_string("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000A\""); }

TEST(ConfigValue, OidIsDottedDecimal) {
  EXPECT_TRUE(is_dotted_oid("1.2.392.200"));
  for (const char* bad : {"", "1", "1.", ".1", "3.1", "1.02", "1.2.x", "1..2", "10.1"}) {
    EXPECT_FALSE(is_dotted_oid(bad)) << bad;
  }
}

}  // namespace
}  // namespace rakkan::config
