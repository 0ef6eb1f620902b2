// The time that the server waits for a slow peer, computed: a sender of so many bytes a second, looked at ten times a
// second.
#include "http/connection.hpp"

#include <gtest/gtest.h>

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kGiB = 1ULL << 30;

struct Sent {
  std::chrono::milliseconds time{};
  std::uint64_t bytes = 0;
  bool whole = false;
};

// A body of a GiB from a peer that never stalls.
Sent send(const Limits& limits, const Timeouts& timeouts, std::uint64_t bytes_a_second) {
  Sent sent;
  while (!sent.whole && patience(limits, timeouts, sent.time, sent.bytes) >= 100ms) {
    sent.time += 100ms;
    sent.bytes = bytes_a_second * static_cast<std::uint64_t>(sent.time.count()) / 1'000;
    sent.whole = sent.bytes >= kGiB;
  }
  return sent;
}

TEST(Patience, EndsWithAnAverageBelowTheSlowestRate) {
  Timeouts timeouts;
  timeouts.transfer = 100h;
  Limits limits;
  limits.slowest_rate = 8'192;
  const Sent below = send(limits, timeouts, 8'000);
  EXPECT_FALSE(below.whole);
  EXPECT_LT(below.time, 10min) << "the first stall's worth of time is used up by what is missing in each second";
  EXPECT_TRUE(send(limits, timeouts, 8'200).whole);
  EXPECT_TRUE(send(limits, timeouts, 9 * 1'024).whole);
  EXPECT_EQ(send(limits, timeouts, 0).time, timeouts.stall);
}

TEST(Patience, EndsWithTheTimeForTheWholeTransferHoweverSteadyItIs) {
  const Limits limits;
  const Timeouts timeouts;
  const Sent slow = send(limits, timeouts, 9 * 1'024);
  EXPECT_FALSE(slow.whole);
  EXPECT_EQ(slow.time, timeouts.transfer);
  EXPECT_LT(slow.bytes, 9U << 20U) << "what one slow connection may ever hold";
  EXPECT_TRUE(send(limits, timeouts, 2U << 20U).whole);
}

TEST(Patience, IsNeverMoreThanAStall) {
  const Timeouts timeouts;
  Limits limits;
  EXPECT_EQ(patience(limits, timeouts, 1s, kGiB), timeouts.stall);
  limits.slowest_rate = 0;
  EXPECT_EQ(patience(limits, timeouts, 1s, 0), timeouts.stall);
  EXPECT_EQ(patience(limits, timeouts, timeouts.transfer + 1h, kGiB), 0ns);
}

}  // namespace
}  // namespace rakkan::http
