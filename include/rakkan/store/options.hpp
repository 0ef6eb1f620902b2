#pragma once

#include <chrono>
#include <cstdint>

namespace rakkan::store {

struct Options {
  // How long opening waits for another process that has the database open before it fails with store_unavailable.
  std::chrono::milliseconds busy_timeout{5'000};
  // Bytes of the write-ahead log at which a commit moves them into the database: longer pauses that come less often, or
  // shorter ones more often.
  std::uint64_t log_size = 4ULL << 20;
};

}  // namespace rakkan::store
