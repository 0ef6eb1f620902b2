// The whole service at the levels from B-B to B-LTA, with a warm cache of evidence and the internal unit: its own cost
// beside that of keys, digest and self-checks, the log on its own line.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "report.hpp"

namespace rakkan::bench {

struct LongTermOptions {
  std::filesystem::path document;  // of 200 KB
  int rounds = 9;
  std::chrono::milliseconds slice{60};  // wall time of a level in a round
  bool hsm = true;
  std::vector<std::string> levels{"B-B", "B-T", "B-LT", "B-LTA"};  // these alone
  std::vector<unsigned> at_once{1, 8, 32};                         // documents
};

void long_term(const LongTermOptions& options, Report& report);

}  // namespace rakkan::bench
