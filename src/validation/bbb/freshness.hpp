// Revocation freshness checker, EN 319 102-1 §5.2.5.4.
#pragma once

#include "validation/case.hpp"

namespace rakkan::validation {

// True when the data were issued after `time` less the maximum age: the policy's, else nextUpdate - thisUpdate. Data
// without nextUpdate are not fresh where the policy sets no age.
[[nodiscard]] bool is_fresh(const Case& facts, const RevocationFacts& data, Instant time);

}  // namespace rakkan::validation
