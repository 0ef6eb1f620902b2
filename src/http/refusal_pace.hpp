// RefusalPace bounds the time that refusals cost an I/O thread. A caller that is told Retry-After and comes again at
// once costs one more refusal each time, and a thousand such callers leave no time for the work that was taken on. Up
// to a pace no refused caller waits. Beyond it each has its own turn, one after another at that pace, and waits for it,
// never longer than it was asked to stay away: where the connection stays, the refusal is answered at once and the next
// request is read when its turn comes, if it comes at once; where the connection ends, the refusal is answered then. An
// owner with no more refusals than its part of the pace does not wait for the others.
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

  // The time between two turns. A connection that ends is followed by a new one, which has to be accepted, and by the
  // rest of its body.
  static constexpr std::chrono::milliseconds kStays{1};
  static constexpr std::chrono::milliseconds kEnds{4};
  // An owner's part of the pace is one of so many.
  static constexpr int kParts = 8;
  // Turns of so much time may be taken at once, after a calm.
  static constexpr std::chrono::milliseconds kBurst{100};
  static constexpr std::chrono::milliseconds kLongest{1'000};
  // A request that comes later than this after a refusal did not come at once: it is read without delay, since the
  // connection may be one that many callers share.
  static constexpr std::chrono::milliseconds kAtOnce{50};
  // After so many refusals in a row a connection waits the whole time, however long its caller's answers travel.
  static constexpr unsigned kInARow = 8;

  // How long a caller waits whose request is refused now and that is asked to stay away for `retry_after`.
  [[nodiscard]] Duration take(Time now, Duration turn, Duration retry_after, async::Owner owner);

  [[nodiscard]] std::size_t owners() const noexcept { return owners_.size(); }

 private:
  // Takes a turn: the time until then, less the burst; zero or less when it is there.
  [[nodiscard]] static Duration take_turn(Time& next, Time now, Duration turn) noexcept;
  [[nodiscard]] Time& next_of(async::Owner owner, Time now);

  Time next_{};
  std::unordered_map<async::Owner, Time, async::Owner::Hash> owners_;  // including some whose turn is over
  std::uint32_t spread_ = 1;
};

}  // namespace rakkan::http
