// ClockGate decides before every token whether the unit's clock can be trusted (EN 319 421 §7.7.1, §7.7.2).
#pragma once

#include <chrono>
#include <memory>

#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::tsp {

class ClockGate {
 public:
  virtual ~ClockGate() = default;
  // The time for a token that is made now. Thread-safe. Fails with time_not_available.
  [[nodiscard]] virtual Result<Instant> trusted_time() = 0;
};

// A gate over the machine's clock, for operators who trust the operating system's synchronisation: it closes while the
// wall clock and the monotonic clock disagree, since the gate was made, by more than `tolerance` (a step forward or
// back, a leap second, a suspended machine), and opens again when they agree. A slow correction moves both clocks alike
// and is not noticed. Both clocks outlive the gate.
[[nodiscard]] std::unique_ptr<ClockGate> make_jump_guarded_clock_gate(
    const Clock& wall, const MonotonicClock& monotonic,
    std::chrono::milliseconds tolerance = std::chrono::milliseconds{200});

}  // namespace rakkan::tsp
