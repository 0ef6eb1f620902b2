// A principal as the trail's records name it.
#pragma once

#include <string>

#include "rakkan/access/principal.hpp"

namespace rakkan::access {

// {"id":"key:3f…","tenant":"acme"}; without the member tenant where the principal has none.
[[nodiscard]] std::string json_of(const Principal& principal);

}  // namespace rakkan::access
