// KeyUse counts what keys of documents cost: how often they signed, how long that took, how long it was waited for.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "rakkan/base/result.hpp"

namespace rakkan::service {

class KeyUse {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Runs `sign`, which was asked for at `asked`. Thread-safe.
  template <class Sign>
  [[nodiscard]] auto measure(Time asked, const Sign& sign) {
    const Time began = std::chrono::steady_clock::now();
    auto signature = sign();
    add(signing_, std::chrono::steady_clock::now() - began);
    add(waited_, began - asked);
    (signature ? signed_ : failed_).fetch_add(1, std::memory_order_relaxed);
    return signature;
  }

  [[nodiscard]] std::uint64_t signatures() const noexcept { return signed_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t failures() const noexcept { return failed_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::chrono::nanoseconds signing() const noexcept { return std::chrono::nanoseconds(signing_.load()); }
  [[nodiscard]] std::chrono::nanoseconds waited() const noexcept { return std::chrono::nanoseconds(waited_.load()); }

 private:
  static void add(std::atomic<std::int64_t>& to, std::chrono::nanoseconds time) noexcept {
    to.fetch_add(time.count(), std::memory_order_relaxed);
  }
  std::atomic<std::uint64_t> signed_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::int64_t> signing_{0};  // nanoseconds, together
  std::atomic<std::int64_t> waited_{0};
};

}  // namespace rakkan::service
