#include "http/rate_limiter.hpp"

#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::IsOk;

constexpr RateLimiter::Time kStart{std::chrono::hours(1)};

TEST(RateLimiter, ABurstThenTheRate) {
  RateLimiter limiter({10, 3});
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(limiter.take("a", kStart), IsOk());
  }
  const auto refused = limiter.take("a", kStart);
  ASSERT_THAT(refused, FailsWith(ErrorCode::rate_limited));
  EXPECT_EQ(refused.error().retry_after, 100ms);
  EXPECT_THAT(limiter.take("a", kStart + 99ms), FailsWith(ErrorCode::rate_limited));
  EXPECT_THAT(limiter.take("a", kStart + 100ms), IsOk());
  EXPECT_THAT(limiter.take("a", kStart + 100ms), FailsWith(ErrorCode::rate_limited));
}

TEST(RateLimiter, AfterAPauseTheBurstIsThereAgainAndNoMore) {
  RateLimiter limiter({10, 2});
  static_cast<void>(limiter.take("a", kStart));
  static_cast<void>(limiter.take("a", kStart));
  const auto later = kStart + 1h;
  EXPECT_THAT(limiter.take("a", later), IsOk());
  EXPECT_THAT(limiter.take("a", later), IsOk());
  EXPECT_THAT(limiter.take("a", later), FailsWith(ErrorCode::rate_limited));
}

TEST(RateLimiter, RefusalsCostNothing) {
  RateLimiter limiter({1, 1});
  static_cast<void>(limiter.take("a", kStart));
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_THAT(limiter.take("a", kStart + 10ms), FailsWith(ErrorCode::rate_limited));
  }
  EXPECT_THAT(limiter.take("a", kStart + 1s), IsOk());
}

TEST(RateLimiter, KeysDoNotTakeFromEachOther) {
  RateLimiter limiter({1, 1});
  EXPECT_THAT(limiter.take("a", kStart), IsOk());
  EXPECT_THAT(limiter.take("b", kStart), IsOk());
}

TEST(RateLimiter, NoRateIsNoLimit) {
  RateLimiter limiter({0, 1});
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(limiter.take("a", kStart), IsOk());
  }
  EXPECT_EQ(limiter.size(), 0U);
}

TEST(RateLimiter, AFloodOfKeysStaysWithinItsMemoryAndFreesNobody) {
  RateLimiter limiter({1, 1});
  constexpr std::size_t kMost = 64 * 2 * 2'048;
  EXPECT_THAT(limiter.take("busy", kStart), IsOk());
  for (std::size_t i = 0; i < 2 * kMost; ++i) {
    static_cast<void>(limiter.take(std::to_string(i), kStart));
    if (i % 1'000 == 0) {
      EXPECT_THAT(limiter.take("busy", kStart), FailsWith(ErrorCode::rate_limited)) << i;
    }
  }
  EXPECT_LE(limiter.size(), kMost);
}

}  // namespace
}  // namespace rakkan::http
