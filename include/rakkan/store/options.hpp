// The options of the store.
#pragma once

#include <chrono>
#include <cstdint>

namespace rakkan::store {

struct Options {
  // How long opening waits for another process that has the database open before it fails with store_unavailable.
  std::chrono::milliseconds busy_timeout{5'000};
  // Size of SQLite's write-ahead log, in bytes, at which a commit moves its contents into the database: a larger one
  // means longer pauses that come less often.
  std::uint64_t log_size = 4ULL << 20;
};

}  // namespace rakkan::store
