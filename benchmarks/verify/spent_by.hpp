// The time and memory that a program spends from its start to its end.
#pragma once

#include <string>
#include <vector>

namespace rakkan::bench {

struct Spent {
  int exit_code = -1;  // 128 and the signal when it was killed
  double cpu_ms = 0;   // user and system, of all its threads
  double wall_ms = 0;
  double anonymous_mb = 0;  // the largest RssAnon that was seen, when it was looked for
};

enum class Watch : bool { no, memory };

// Runs a program of PATH without input; its output is dropped. Looking at its memory, about a thousand times a second,
// lengthens its wall time.
[[nodiscard]] Spent spent_by(const std::vector<std::string>& words, Watch watch = Watch::no);

}  // namespace rakkan::bench
