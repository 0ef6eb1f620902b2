#include "http/refusal_pace.hpp"

#include <algorithm>

namespace rakkan::http {
namespace {

constexpr std::size_t kManyOwners = 1'024;  // then owners whose turn is over are forgotten

}  // namespace

RefusalPace::Duration RefusalPace::take(Time now, Duration turn, Duration retry_after, async::Owner owner) {
  const Duration longest = std::clamp<Duration>(retry_after, Duration::zero(), kLongest);
  const Duration wait = take_turn(next_, now, turn);
  const Duration own_wait = take_turn(next_of(owner, now), now, turn * kParts);
  if (wait <= Duration::zero() || own_wait <= Duration::zero()) {
    return Duration::zero();
  }
  if (wait <= longest) {
    return wait;
  }
  // Callers that all came back at the same time would be too many again.
  spread_ = spread_ * 1'664'525U + 1'013'904'223U;
  return longest - longest / 4 * static_cast<std::int64_t>(spread_ >> 22U) / 1'024;
}

RefusalPace::Duration RefusalPace::take_turn(Time& next, Time now, Duration turn) noexcept {
  next = std::min<Time>(std::max(next, now) + turn, now + kBurst + kLongest);
  return next - now - kBurst;
}

RefusalPace::Time& RefusalPace::next_of(async::Owner owner, Time now) {
  if (owners_.size() >= kManyOwners && !owners_.contains(owner)) {
    std::erase_if(owners_, [&](const auto& one) { return one.second <= now; });
  }
  return owners_[owner];
}

}  // namespace rakkan::http
