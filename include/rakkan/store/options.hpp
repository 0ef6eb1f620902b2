#pragma once

#include <chrono>

namespace rakkan::store {

struct Options {
  // How long a write waits for another process before it fails with store_unavailable.
  std::chrono::milliseconds busy_timeout{5'000};
};

}  // namespace rakkan::store
