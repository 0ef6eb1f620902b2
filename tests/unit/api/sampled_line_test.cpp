#include "api/sampled_line.hpp"

#include <gtest/gtest.h>

namespace rakkan::api {
namespace {

TEST(ASampledLine, TellsChangesAtOnceAndTheRestNowAndThen) {
  SampledLine line;
  const SampledLine::Time begin{std::chrono::hours(1)};
  const auto at = [&](int seconds) { return begin + std::chrono::seconds(seconds); };
  EXPECT_TRUE(line.takes(200, at(0)));
  for (int second = 0; second < 10; ++second) {
    EXPECT_FALSE(line.takes(200, at(second))) << second;
  }
  EXPECT_TRUE(line.takes(200, at(10)));
  EXPECT_FALSE(line.takes(200, at(11)));
  EXPECT_TRUE(line.takes(503, at(11)));
  EXPECT_FALSE(line.takes(503, at(12)));
  EXPECT_TRUE(line.takes(200, at(12)));
  EXPECT_FALSE(line.takes(200, at(21)));
  EXPECT_TRUE(line.takes(200, at(22)));
}

}  // namespace
}  // namespace rakkan::api
