#include "rakkan/base/time.hpp"

#include <gmock/gmock.h>

namespace rakkan {
namespace {

using namespace std::chrono_literals;

TEST(Time, WritesRfc3339InUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339(Instant{0ms}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(Instant{1764000000007ms}), "2025-11-24T16:00:00.007Z");
}

TEST(Time, ReadsOffsetsAndFractions) {
  EXPECT_EQ(parse_rfc3339("2025-11-25T01:00:00.0079+09:00"), Instant{1764000000007ms});
  EXPECT_EQ(parse_rfc3339("2025-11-24T16:00:00Z"), Instant{1764000000000ms});
}

TEST(Time, RefusesDatesThatDoNotExist) {
  EXPECT_EQ(parse_rfc3339("2025-02-29T00:00:00Z"), std::nullopt);
  EXPECT_EQ(parse_rfc3339("2025-11-24T24:00:00Z"), std::nullopt);
  EXPECT_EQ(parse_rfc3339("2025-11-24T16:00:60Z"), std::nullopt);
  EXPECT_EQ(parse_rfc3339("2025-11-24T16:00:00"), std::nullopt);
  EXPECT_EQ(parse_rfc3339("2025-11-24T16:00:00Zx"), std::nullopt);
}

TEST(Time, FieldsRoundTrip) {
  const Instant instant{4102444799999ms};  // 2099-12-31T23:59:59.999Z
  EXPECT_EQ(instant_from_utc(utc_fields(instant)), instant);
  EXPECT_EQ(utc_fields(instant).year, 2099);
}

}  // namespace
}  // namespace rakkan
