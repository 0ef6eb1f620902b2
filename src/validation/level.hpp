// The level that a signature has reached, proven by what was judged: EN 319 142-1 §6.2, EN 319 122-1 §6.2.
#pragma once

#include <vector>

#include "validation/basic.hpp"
#include "validation/case.hpp"

namespace rakkan::validation {

[[nodiscard]] Level level_of(const Case& facts, const SignatureFacts& signature, const BasicResult& basic,
                             const std::vector<const TimestampResult*>& timestamps);

}  // namespace rakkan::validation
