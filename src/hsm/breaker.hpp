// Breaker is the circuit breaker of one token (rule H7). Open, it refuses calls for a wait that doubles with each
// failure; after the wait exactly one caller is let through as the probe, and its outcome closes the breaker or opens
// it for longer.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <tl/expected.hpp>

namespace rakkan::hsm {

class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Wait = std::chrono::milliseconds;

  Breaker(Wait first, Wait last) noexcept : first_(first), last_(last), wait_(first) {}

  struct Pass {
    bool probe = false;
    std::uint64_t failed_generation = 0;  // for a probe: the generation of the library that had failed
  };
  // Lets a caller through, or says how long to wait. A probe is settled by answered() or failed(); a probe that is not
  // settled within the last wait hangs in the device, and another caller is let through.
  [[nodiscard]] tl::expected<Pass, Wait> admit(Time now) noexcept;

  // To be called when the device answered, with success or an error.
  void answered(const Pass& pass) noexcept;
  // To be called when the device is gone. Returns the wait that begins now; failures of calls that were under way when
  // the breaker opened do not lengthen it.
  Wait failed(const Pass& pass, Time now, std::uint64_t generation) noexcept;

  // The hot path asks this first and needs no clock.
  [[nodiscard]] bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }

 private:
  const Wait first_;
  const Wait last_;
  std::atomic<bool> open_{false};
  std::mutex mutex_;
  Time until_{};
  Wait wait_;  // of the present opening, or of the next one
  bool probing_ = false;
  Time probe_until_{};
  std::uint64_t failed_generation_ = 0;
};

}  // namespace rakkan::hsm
