// KeyUse counts the cost of keys: how often they signed, how long signing took, and how long requests waited for it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "rakkan/base/result.hpp"

namespace rakkan::service {

class KeyUse {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Runs `sign` and counts it; the request for it was made at `asked`. Thread-safe.
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
  std::atomic<std::int64_t> signing_{0};  // nanoseconds of all uses together
  std::atomic<std::int64_t> waited_{0};
};

// ErrorCounts counts how often each error came. Thread-safe.
class ErrorCounts {
 public:
  void add(ErrorCode code) noexcept { counts_[static_cast<std::size_t>(code)].fetch_add(1, std::memory_order_relaxed); }
  // The errors that came at least once, in the order of ErrorCode.
  [[nodiscard]] std::vector<std::pair<ErrorCode, std::uint64_t>> counted() const {
    std::vector<std::pair<ErrorCode, std::uint64_t>> all;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (const std::uint64_t count = counts_[i].load(std::memory_order_relaxed); count != 0) {
        all.emplace_back(static_cast<ErrorCode>(i), count);
      }
    }
    return all;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kErrorCodeCount> counts_{};
};

}  // namespace rakkan::service
