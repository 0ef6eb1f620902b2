// Validation context initialization, EN 319 102-1 §5.2.4: the signature policy that a signature names.
#pragma once

#include "validation/case.hpp"
#include "validation/conclusion.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

[[nodiscard]] Conclusion check_signature_policy(const Case& facts, const SignatureFacts& signature, StepLog& log);

}  // namespace rakkan::validation
