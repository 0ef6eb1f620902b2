// SampledLine decides which answers of a polled route get a line in the log: the first, each whose status differs from
// the status before, and one now and then. Thread-safe, without a lock.
#pragma once

#include <atomic>
#include <chrono>

namespace rakkan::api {

class SampledLine {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kBetween{10};

  [[nodiscard]] bool takes(unsigned status, Time now) noexcept {
    const bool changed = status_.exchange(status, std::memory_order_relaxed) != status;
    auto last = last_.load(std::memory_order_relaxed);
    const auto at = now.time_since_epoch().count();
    const auto between = std::chrono::duration_cast<std::chrono::steady_clock::duration>(kBetween).count();
    if (!changed && at - last < between) {
      return false;
    }
    // Of several answers that come at once one line is enough; a change of the status is always logged.
    return last_.compare_exchange_strong(last, at, std::memory_order_relaxed) || changed;
  }

 private:
  std::atomic<unsigned> status_{0};
  std::atomic<std::chrono::steady_clock::rep> last_{0};
};

}  // namespace rakkan::api
