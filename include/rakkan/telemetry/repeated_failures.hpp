// RepeatedFailures keeps a fault that comes with every request from filling the log: each error gets one line a second,
// which says how often the error came since the line before.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>

#include "rakkan/telemetry/log.hpp"

namespace rakkan::telemetry {

class RepeatedFailures {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kBetweenLines{1};

  // The log outlives the RepeatedFailures.
  explicit RepeatedFailures(Log& log) noexcept : log_(&log) {}

  // Writes a line as Log::failure does, at the level of the error's row, with the field "times". Thread-safe; takes no
  // lock.
  void note(std::string_view message, const Error& error, std::string_view request_id,
            Time now = std::chrono::steady_clock::now()) noexcept;

 private:
  struct Seen {
    std::atomic<Time::rep> next_line{std::numeric_limits<Time::rep>::min()};
    std::atomic<std::uint64_t> times{0};
  };
  Log* log_;
  std::array<Seen, kErrorCodeCount> seen_;
};

}  // namespace rakkan::telemetry
