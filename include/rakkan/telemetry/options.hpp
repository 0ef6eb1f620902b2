// Options of the log that an operator can set.
#pragma once

#include <cstddef>
#include <string>

namespace rakkan::telemetry {

struct LogOptions {
  std::string level = "info";     // the least level that is written: debug, info, warning, error, critical
  std::string output = "stderr";  // stderr, stdout, or a file to append to
  std::size_t queue = 8'192;      // lines that may wait for the output; beyond them the oldest are dropped and counted
};

struct Options {
  LogOptions log;
};

}  // namespace rakkan::telemetry
