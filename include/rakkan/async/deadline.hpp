// Deadline is the time until which a request may take.
#pragma once

#include <chrono>

namespace rakkan::async {

// Deadlines are in steady time: setting the machine's clock does not move them.
using Deadline = std::chrono::steady_clock::time_point;
[[nodiscard]] inline Deadline deadline_in(std::chrono::milliseconds from_now) {
  return std::chrono::steady_clock::now() + from_now;
}

}  // namespace rakkan::async
