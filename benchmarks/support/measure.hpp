// Measuring on a machine that others use too: CPU time of the thread, cases interleaved round after round, medians.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace rakkan::bench {

// CPU time of the calling thread so far.
[[nodiscard]] std::chrono::nanoseconds thread_cpu_time() noexcept;
// The CPU time of the whole process so far.
[[nodiscard]] std::chrono::nanoseconds process_cpu_time() noexcept;

struct Case {
  std::string name;
  std::function<void()> body;  // one operation
};

struct Cost {
  double median_us = 0;  // of the rounds, CPU time of one operation
  double best_us = 0;
};

// Runs every case for about `slice` of CPU time, then all again, `rounds` times: noise of the machine meets all alike.
// The costs are in the order of the cases.
[[nodiscard]] std::vector<Cost> interleave(const std::vector<Case>& cases, int rounds, std::chrono::milliseconds slice);

}  // namespace rakkan::bench
