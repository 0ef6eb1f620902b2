#include "hsm/breaker.hpp"

#include <gtest/gtest.h>

namespace rakkan::hsm {
namespace {

using namespace std::chrono_literals;

const Breaker::Time kStart{1h};

TEST(Breaker, WaitsLongerWithEachFailedProbeUpToTheLast) {
  Breaker breaker(100ms, 500ms);
  ASSERT_TRUE(breaker.admit(kStart));
  EXPECT_EQ(breaker.failed({}, kStart, 1), 100ms);
  Breaker::Time now = kStart;
  for (const auto wait : {200ms, 400ms, 500ms, 500ms}) {
    now += 500ms;
    const auto pass = breaker.admit(now);
    ASSERT_TRUE(pass && pass->probe);
    EXPECT_EQ(breaker.failed(*pass, now, 1), wait);
  }
}

TEST(Breaker, RefusesDuringTheWaitAndSaysHowMuchIsLeft) {
  Breaker breaker(100ms, 500ms);
  breaker.failed({}, kStart, 1);
  const auto refused = breaker.admit(kStart + 30ms);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), 70ms);
}

TEST(Breaker, LetsOneProbeThroughAndClosesWhenItIsAnswered) {
  Breaker breaker(100ms, 500ms);
  breaker.failed({}, kStart, 7);
  const auto probe = breaker.admit(kStart + 100ms);
  ASSERT_TRUE(probe && probe->probe);
  EXPECT_EQ(probe->failed_generation, 7U);
  EXPECT_FALSE(breaker.admit(kStart + 101ms)) << "another one while the probe is on its way";
  breaker.answered(*probe);
  EXPECT_FALSE(breaker.is_open());
  const auto after = breaker.admit(kStart + 102ms);
  ASSERT_TRUE(after);
  EXPECT_FALSE(after->probe);
  EXPECT_EQ(breaker.failed(*after, kStart + 103ms, 8), 100ms) << "the next opening begins anew";
}

TEST(Breaker, ManyCallsThatFailTogetherCountOnce) {
  Breaker breaker(100ms, 500ms);
  EXPECT_EQ(breaker.failed({}, kStart, 1), 100ms);
  EXPECT_EQ(breaker.failed({}, kStart + 10ms, 1), 90ms);
  EXPECT_EQ(breaker.failed({}, kStart + 20ms, 1), 80ms);
}

TEST(Breaker, ALateAnswerOfAnEarlierCallDoesNotCloseIt) {
  Breaker breaker(100ms, 500ms);
  const auto early = breaker.admit(kStart);
  breaker.failed({}, kStart, 1);
  breaker.answered(*early);
  EXPECT_TRUE(breaker.is_open());
}

TEST(Breaker, AProbeThatHangsIsReplaced) {
  Breaker breaker(100ms, 500ms);
  breaker.failed({}, kStart, 1);
  ASSERT_TRUE(breaker.admit(kStart + 100ms));
  EXPECT_FALSE(breaker.admit(kStart + 599ms));
  EXPECT_TRUE(breaker.admit(kStart + 600ms));
}

}  // namespace
}  // namespace rakkan::hsm
