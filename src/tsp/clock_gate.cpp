#include "rakkan/tsp/clock_gate.hpp"

namespace rakkan::tsp {
namespace {

using std::chrono::milliseconds;

class JumpGuardedClockGate final : public ClockGate {
 public:
  JumpGuardedClockGate(const Clock& wall, const MonotonicClock& monotonic, milliseconds tolerance)
      : wall_(wall), monotonic_(monotonic), tolerance_(tolerance), origin_(wall.now() - monotonic.elapsed()) {}

  // The wall clock is read between two readings of the monotonic clock, so that an interruption in between is no jump.
  Result<Instant> trusted_time() override {
    const milliseconds before = monotonic_.elapsed();
    const Instant now = wall_.now();
    const milliseconds after = monotonic_.elapsed();
    if (now < origin_ + before - tolerance_ || now > origin_ + after + tolerance_) {
      return fail(ErrorCode::time_not_available, "the wall clock has jumped against the monotonic clock");
    }
    return now;
  }

 private:
  const Clock& wall_;
  const MonotonicClock& monotonic_;
  milliseconds tolerance_;
  Instant origin_;  // wall time of the monotonic clock's zero, when the gate was made
};

}  // namespace

std::unique_ptr<ClockGate> make_jump_guarded_clock_gate(const Clock& wall, const MonotonicClock& monotonic,
                                                        milliseconds tolerance) {
  return std::make_unique<JumpGuardedClockGate>(wall, monotonic, tolerance);
}

}  // namespace rakkan::tsp
