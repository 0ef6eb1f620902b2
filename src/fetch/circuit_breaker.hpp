// CircuitBreaker decides whether an origin is asked at all. It opens after a number of failures one after another; when
// its pause is over it lets one exchange through as a probe, and that one's outcome closes it, or opens it for twice as
// long. Time is an argument. Not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>

#include "rakkan/fetch/exchange.hpp"

namespace rakkan::fetch {

class CircuitBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  CircuitBreaker(unsigned failures, std::chrono::milliseconds first, std::chrono::milliseconds last) noexcept
      : most_(std::max(1U, failures)), first_(first), last_(std::max(first, last)), pause_(first) {}

  // True when an exchange may begin now; after a pause it is the probe, and no other may begin until it has ended.
  [[nodiscard]] bool admits(Time now) noexcept {
    if (state_ == BreakerState::closed) {
      return true;
    }
    if (refuses(now)) {
      return false;
    }
    state_ = BreakerState::half_open;
    return true;
  }
  // True when admits() would be false; changes nothing.
  [[nodiscard]] bool refuses(Time now) const noexcept {
    return state_ == BreakerState::half_open || (state_ == BreakerState::open && now < until_);
  }
  void succeeded() noexcept {
    state_ = BreakerState::closed;
    failures_ = 0;
    pause_ = first_;
  }
  void failed(Time now) noexcept {
    ++failures_;
    if (state_ == BreakerState::half_open) {
      pause_ = std::min(2 * pause_, last_);
      open(now);
    } else if (state_ == BreakerState::closed && failures_ >= most_) {
      open(now);
    }
  }
  // The exchange ended without a word about the origin (its caller gave up): a probe is due again at once.
  void undecided(Time now) noexcept {
    if (state_ == BreakerState::half_open) {
      state_ = BreakerState::open;
      until_ = now;
    }
  }
  [[nodiscard]] BreakerState state() const noexcept { return state_; }
  [[nodiscard]] bool at_rest() const noexcept { return state_ == BreakerState::closed && failures_ == 0; }
  // The time until the next probe; of a probe under way, the shortest pause.
  [[nodiscard]] std::chrono::milliseconds retry_after(Time now) const noexcept {
    return state_ == BreakerState::open && until_ > now ? std::chrono::ceil<std::chrono::milliseconds>(until_ - now)
                                                        : first_;
  }

 private:
  void open(Time now) noexcept {
    state_ = BreakerState::open;
    until_ = now + pause_;
  }

  unsigned most_;
  std::chrono::milliseconds first_, last_, pause_;
  BreakerState state_ = BreakerState::closed;
  unsigned failures_ = 0;  // one after another
  Time until_{};
};

}  // namespace rakkan::fetch
