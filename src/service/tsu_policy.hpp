#pragma once

#include "rakkan/base/result.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/tsp/tsu.hpp"

namespace rakkan::service {

// The unit's policy from the configured options. configuration_invalid with the option's name in `where`.
[[nodiscard]] Result<tsp::TsuPolicy> tsu_policy(const TsuOptions& options);

}  // namespace rakkan::service
