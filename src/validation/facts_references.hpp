// The ids of facts: that they are unique, and that what is named is there.
#pragma once

#include "rakkan/base/result.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::validation {

// Fails with facts_invalid and the member's path.
[[nodiscard]] Result<void> check_references(const Facts& facts);

}  // namespace rakkan::validation
