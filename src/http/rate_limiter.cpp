#include "http/rate_limiter.hpp"

#include <algorithm>

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
  const auto found = shard.full_at.find(key);
  const Time full_at = found == shard.full_at.end() ? now : std::max(found->second, now);
  if (full_at - now > tolerance_) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(full_at - now - tolerance_);
    return fail(Error{ErrorCode::rate_limited, "more requests than agreed", {}, wait, {}});
  }
  if (found != shard.full_at.end()) {
    found->second = full_at + interval_;
    return {};
  }
  if (shard.full_at.size() >= kMostKeys) {
    make_room(shard, now);
  }
  shard.full_at.emplace(std::string(key), full_at + interval_);
  return {};
}

// A bucket that is full again says nothing. Should none be, the fullest goes: its key wins least by it.
void RateLimiter::make_room(Shard& shard, Time now) const {
  if (std::erase_if(shard.full_at, [&](const auto& entry) { return entry.second <= now; }) == 0) {
    shard.full_at.erase(std::min_element(shard.full_at.begin(), shard.full_at.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
}

std::size_t RateLimiter::size() const {
  std::size_t keys = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    keys += shard.full_at.size();
  }
  return keys;
}

}  // namespace rakkan::http
