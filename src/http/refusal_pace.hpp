// RefusalPace bounds what refusals cost an I/O thread. A caller who is told Retry-After and comes again at once costs
// as much as one who was never told, and a thousand of them leave no time for the work that was taken on. Up to a pace
// nobody waits for a refusal or because of one. Of those beyond it each has its own turn, one after another at that
// pace, and waits for it, never longer than it was asked to: a connection that stays is told at once, and read again
// when its turn comes if its caller does come again at once; one that ends with the answer gets it then. An owner who
// is refused no more often than its part of the pace allows does not wait for the others.
//
// The times are given, so that it can be tested without waiting. Belongs to its thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "rakkan/async/owner.hpp"

namespace rakkan::http {

class RefusalPace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::nanoseconds;

  // Between two turns. With a connection that ends goes what a new one costs: accepting it, a TLS handshake, what it
  // still sends.
  static constexpr std::chrono::milliseconds kStays{1};
  static constexpr std::chrono::milliseconds kEnds{4};
  // An owner's part of the pace.
  static constexpr int kParts = 8;
  // A burst of so much is told and forgotten.
  static constexpr std::chrono::milliseconds kBurst{100};
  static constexpr std::chrono::milliseconds kLongest{1'000};
  // What has not come within this time did not come at once: a connection that many callers share is read as ever.
  static constexpr std::chrono::milliseconds kAtOnce{50};
  // But one that was refused so often in a row does not end its wait, however slowly its caller's answers travel.
  static constexpr unsigned kInARow = 8;

  // One more of the owner's is refused, and was asked to stay away for `retry_after`: how long it waits.
  [[nodiscard]] Duration take(Time now, Duration turn, Duration retry_after, async::Owner owner);

  [[nodiscard]] std::size_t owners() const noexcept { return owners_.size(); }

 private:
  // Takes a turn: how far away it is, less the burst; nothing or less: now.
  [[nodiscard]] static Duration take_turn(Time& next, Time now, Duration turn) noexcept;
  [[nodiscard]] Time& next_of(async::Owner owner, Time now);

  Time next_{};
  std::unordered_map<async::Owner, Time, async::Owner::Hash> owners_;  // some whose turn is long over
  std::uint32_t spread_ = 1;
};

}  // namespace rakkan::http
