// RateBudget is a number of requests for each period, as a contract with an authority grants them. It counts in memory:
// a restart begins a new period. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "rakkan/base/result.hpp"

namespace rakkan::fetch {

class RateBudget {
 public:
  using Now = std::chrono::steady_clock::time_point (*)() noexcept;
  // `requests` 0: no limit. A period begins with its first request.
  RateBudget(std::uint64_t requests, std::chrono::seconds period, Now now = std::chrono::steady_clock::now) noexcept
      : most_(requests), period_(period), now_(now) {}

  // Takes one request; tsa_budget_spent, with the time until the next period, when none is left.
  [[nodiscard]] Result<void> take();
  // Gives a request back that was taken and not made.
  void give_back();
  // The requests left in this period; nothing without a limit.
  [[nodiscard]] std::optional<std::uint64_t> left() const;

 private:
  const std::uint64_t most_;
  const std::chrono::seconds period_;
  const Now now_;
  mutable std::mutex mutex_;
  std::uint64_t used_ = 0;
  std::chrono::steady_clock::time_point ends_{};  // of the period
};

}  // namespace rakkan::fetch
