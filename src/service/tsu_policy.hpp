#pragma once

#include "rakkan/base/result.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/tsp/tsu.hpp"

namespace rakkan::service {

// What the configured policy means to the unit. configuration_invalid with the key in `where`.
[[nodiscard]] Result<tsp::TsuPolicy> tsu_policy(const TsuOptions& options);

}  // namespace rakkan::service
