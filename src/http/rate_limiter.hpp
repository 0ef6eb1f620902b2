// RateLimiter has a token bucket for each key, by the generic cell rate algorithm (ITU-T I.371): for each key it keeps
// only the time at which the bucket will be full again. Thread-safe; keys are spread over shards, each with a lock that
// is hardly ever waited for.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rakkan/base/result.hpp"
#include "rakkan/http/options.hpp"

namespace rakkan::http {

class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit RateLimiter(const RateOptions& options);

  // Takes a token of the key's bucket. rate_limited with retry_after when there is none.
  [[nodiscard]] Result<void> take(std::string_view key, Time now);

  [[nodiscard]] std::size_t size() const;  // the number of keys that are kept

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const noexcept { return std::hash<std::string_view>{}(key); }
  };
  using Keys = std::unordered_map<std::string, Time, Hash, std::equal_to<>>;
  // A shard has two generations of keys: when the younger is full it becomes the older, and the keys of the older one,
  // which were not used meanwhile, are forgotten. So a flood of keys takes no more memory.
  struct Shard {
    mutable std::mutex mutex;
    Keys young;
    Keys old;
  };
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kMostKeys = 2'048;  // in one generation of a shard

  [[nodiscard]] static Time& place_of(Shard& shard, std::string_view key);

  const bool on_;
  const std::chrono::nanoseconds interval_;   // between two tokens
  const std::chrono::nanoseconds tolerance_;  // how far a bucket's time may be ahead: the burst minus one token
  std::array<Shard, kShards> shards_;
};

}  // namespace rakkan::http
