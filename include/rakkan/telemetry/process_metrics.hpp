// The numbers that Prometheus' client libraries tell of every process, under the names that its dashboards know:
// process_*; and rakkan_build_info, whose label says the version.
#pragma once

#include <string>
#include <vector>

#include "rakkan/telemetry/metrics.hpp"

namespace rakkan::telemetry {

// Read at each scrape, from /proc and the kernel; a number that cannot be read is left out. The metrics outlive the
// watches.
[[nodiscard]] std::vector<Metrics::Watch> watch_process(Metrics& metrics, const std::string& version);

}  // namespace rakkan::telemetry
