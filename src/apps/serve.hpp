#pragma once

#include "rakkan/base/result.hpp"
#include "rakkan/base/service_manager.hpp"
#include "rakkan/config/configuration.hpp"

namespace rakkan::apps {

// Opens everything, serves until a signal stops it, and ends everything in order. Errors may name an option of the
// configuration in `where` (config::located).
[[nodiscard]] Result<void> serve(config::Configuration& configuration, const ServiceManager& manager);

}  // namespace rakkan::apps
