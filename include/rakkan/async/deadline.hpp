// Until when a request may take.
#pragma once

#include <chrono>

namespace rakkan::async {

// Steady time: a clock that is set does not move deadlines.
using Deadline = std::chrono::steady_clock::time_point;
[[nodiscard]] inline Deadline deadline_in(std::chrono::milliseconds from_now) {
  return std::chrono::steady_clock::now() + from_now;
}

}  // namespace rakkan::async
