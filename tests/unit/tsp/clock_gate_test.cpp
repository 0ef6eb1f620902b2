#include "rakkan/tsp/clock_gate.hpp"

#include <gmock/gmock.h>

#include "support/fake_clock.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::tsp {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;

struct JumpGuardedClockGate : testing::Test {
  test::FakeClock wall{Instant{1'764'000'000'000ms}};
  test::FakeMonotonicClock monotonic;
  std::unique_ptr<ClockGate> gate = make_jump_guarded_clock_gate(wall, monotonic, 200ms);

  void pass(std::chrono::milliseconds time) {
    wall.time += time;
    monotonic.time += time;
  }
};

TEST_F(JumpGuardedClockGate, SaysTheWallTimeWhileBothClocksAgree) {
  pass(24h);
  ASSERT_OK_AND_ASSIGN(const Instant time, gate->trusted_time());
  EXPECT_EQ(time, wall.time);
}

TEST_F(JumpGuardedClockGate, ClosesAfterAJumpForward) {
  pass(1min);
  wall.time += 201ms;
  EXPECT_THAT(gate->trusted_time(), FailsWith(ErrorCode::time_not_available));
}

TEST_F(JumpGuardedClockGate, ClosesAfterAJumpBack) {
  pass(1min);
  wall.time -= 201ms;
  EXPECT_THAT(gate->trusted_time(), FailsWith(ErrorCode::time_not_available));
}

TEST_F(JumpGuardedClockGate, ClosesWhenSmallDriftsHaveAddedUp) {
  for (int i = 0; i < 3; ++i) {
    pass(1h);
    wall.time += 80ms;
  }
  EXPECT_THAT(gate->trusted_time(), FailsWith(ErrorCode::time_not_available));
}

TEST_F(JumpGuardedClockGate, ClosesOverALeapSecondThatStepsTheClock) {
  pass(1h);
  wall.time -= 1s;
  EXPECT_THAT(gate->trusted_time(), FailsWith(ErrorCode::time_not_available));
}

TEST_F(JumpGuardedClockGate, ToleratesTheTolerance) {
  wall.time += 200ms;
  EXPECT_THAT(gate->trusted_time(), test::IsOk());
}

TEST_F(JumpGuardedClockGate, OpensAgainWhenTheJumpIsUndone) {
  wall.time += 1h;
  EXPECT_THAT(gate->trusted_time(), FailsWith(ErrorCode::time_not_available));
  wall.time -= 1h;
  EXPECT_THAT(gate->trusted_time(), test::IsOk());
}

// The thread was put aside while the gate read its clocks: the monotonic clock moved on between the two readings.
TEST_F(JumpGuardedClockGate, IsNotDisturbedByAnInterruptionWhileReading) {
  struct Interrupted final : MonotonicClock {
    [[nodiscard]] std::chrono::milliseconds elapsed() const override { return time += 5s; }
    mutable std::chrono::milliseconds time{0};
  } slow;
  const auto interrupted = make_jump_guarded_clock_gate(wall, slow, 200ms);
  wall.time += 7s;  // between the first (5 s) and the second reading (10 s) after the gate was made
  EXPECT_THAT(interrupted->trusted_time(), test::IsOk());
}

}  // namespace
}  // namespace rakkan::tsp
