// Numbers that are counted elsewhere, as metrics that are read at each scrape.
#pragma once

#include <vector>

#include "rakkan/api/api.hpp"

namespace rakkan::api {

[[nodiscard]] std::vector<telemetry::Metrics::Watch> watch(const ApiEnvironment& environment);

}  // namespace rakkan::api
