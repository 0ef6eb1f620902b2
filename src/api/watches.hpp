// Metrics of numbers that are counted elsewhere and read at each scrape.
#pragma once

#include <vector>

#include "rakkan/api/api.hpp"

namespace rakkan::api {

[[nodiscard]] std::vector<telemetry::Metrics::Watch> watch(const ApiEnvironment& environment);

}  // namespace rakkan::api
