// Numbers that are counted elsewhere, as metrics that are read at each scrape.
#pragma once

#include <vector>

#include "rakkan/http/api.hpp"

namespace rakkan::http {

[[nodiscard]] std::vector<telemetry::Metrics::Watch> watch(const ApiEnvironment& environment);

}  // namespace rakkan::http
