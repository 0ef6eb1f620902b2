// Validation process for signatures providing long-term availability and integrity of validation material, EN 319 102-1
// §5.6.3: one signature from its basic validation to the final verdict.
#pragma once

#include "rakkan/validation/verdict.hpp"
#include "validation/case.hpp"
#include "validation/poe_extraction.hpp"

namespace rakkan::validation {

[[nodiscard]] SignatureVerdict validate_signature(const Case& facts, const SignatureFacts& signature,
                                                  const Proofs& proofs);

}  // namespace rakkan::validation
