// The process_* metrics that Prometheus' client libraries have for every process, under the names that dashboards
// expect, and rakkan_build_info, whose label has the version.
#pragma once

#include <string>
#include <vector>

#include "rakkan/telemetry/metrics.hpp"

namespace rakkan::telemetry {

// Watches these numbers, which are read at each scrape from /proc and the kernel; a number that cannot be read is left
// out. The metrics outlive the watches.
[[nodiscard]] std::vector<Metrics::Watch> watch_process(Metrics& metrics, const std::string& version);

}  // namespace rakkan::telemetry
