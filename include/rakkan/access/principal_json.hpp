// How the trail's records name a principal.
#pragma once

#include <string>

#include "rakkan/access/principal.hpp"

namespace rakkan::access {

// {"id":"key:3f…","tenant":"acme"}; no tenant where it has none.
[[nodiscard]] std::string json_of(const Principal& principal);

}  // namespace rakkan::access
