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
    std::uint64_t failed_generation = 0;  // of a probe: the library generation that had failed
  };
  // Let through, or how long to wait. A probe is settled by answered() or failed(); one that is not, within the last
  // wait, has hung in the device, and another is let through.
  [[nodiscard]] tl::expected<Pass, Wait> admit(Time now) noexcept;

  // The device answered, whatever it said.
  void answered(const Pass& pass) noexcept;
  // The device is gone. Returns the wait that begins now. Calls that were under way when the breaker opened do not
  // lengthen it.
  Wait failed(const Pass& pass, Time now, std::uint64_t generation) noexcept;

  // The hot path asks this first and needs no clock.
  [[nodiscard]] bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }

 private:
  const Wait first_;
  const Wait last_;
  std::atomic<bool> open_{false};
  std::mutex mutex_;
  Time until_{};
  Wait wait_;  // of the opening that is, or of the next one
  bool probing_ = false;
  Time probe_until_{};
  std::uint64_t failed_generation_ = 0;
};

}  // namespace rakkan::hsm
