#include "http/rate_limiter.hpp"

#include <algorithm>
#include <utility>

namespace rakkan::http {
namespace {

using std::chrono::nanoseconds;

nanoseconds interval_of(const RateOptions& options) {
  return options.per_second == 0 ? nanoseconds(0) : nanoseconds(1'000'000'000 / options.per_second);
}

nanoseconds tolerance_of(const RateOptions& options) {
  const auto ahead = static_cast<std::int64_t>(std::max<std::uint64_t>(options.burst, 1) - 1);
  return interval_of(options) * ahead;
}

}  // namespace

RateLimiter::RateLimiter(const RateOptions& options)
    : on_(options.per_second > 0), interval_(interval_of(options)), tolerance_(tolerance_of(options)) {}

Result<void> RateLimiter::take(std::string_view key, Time now) {
  if (!on_) {
    return {};
  }
  Shard& shard = shards_[Hash{}(key) % kShards];
  const std::lock_guard lock(shard.mutex);
  Time& place = place_of(shard, key);
  const Time full_at = std::max(place, now);
  if (full_at - now > tolerance_) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(full_at - now - tolerance_);
    return fail(Error{ErrorCode::rate_limited, "more requests than agreed", {}, wait, {}});
  }
  place = full_at + interval_;
  return {};
}

// The stored time at which the key's bucket is full again; for a new key a time long ago.
RateLimiter::Time& RateLimiter::place_of(Shard& shard, std::string_view key) {
  if (const auto found = shard.young.find(key); found != shard.young.end()) {
    return found->second;
  }
  const auto known = shard.old.find(key);
  const Time full_at = known != shard.old.end() ? known->second : Time::min();
  if (shard.young.size() >= kMostKeys) {
    shard.old = std::exchange(shard.young, {});
  }
  return shard.young.emplace(std::string(key), full_at).first->second;
}

std::size_t RateLimiter::size() const {
  std::size_t keys = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    keys += shard.young.size() + shard.old.size();
  }
  return keys;
}

}  // namespace rakkan::http
