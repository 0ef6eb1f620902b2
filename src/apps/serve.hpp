#pragma once

#include "rakkan/base/result.hpp"
#include "rakkan/config/configuration.hpp"
#include "rakkan/base/service_manager.hpp"

namespace rakkan::apps {

// Opens everything, serves until it is told to stop, and ends what was begun. Errors may name a key of the
// configuration in `where` (config::located).
[[nodiscard]] Result<void> serve(config::Configuration& configuration, const ServiceManager& manager);

}  // namespace rakkan::apps
