// Validation time sliding, EN 319 102-1 §5.6.2.2: the latest moment at which a certificate is proven to have been good.
#pragma once

#include <optional>

#include "validation/case.hpp"
#include "validation/conclusion.hpp"
#include "validation/poe.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

struct SlidResult {
  Conclusion conclusion = {};
  Instant control_time = {};
};

[[nodiscard]] SlidResult slide_time(const Case& facts, const Chain& chain, Role role, const PoeSet& poe, StepLog& log);

}  // namespace rakkan::validation
