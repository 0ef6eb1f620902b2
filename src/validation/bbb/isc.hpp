// Identification of the signing certificate, EN 319 102-1 §5.2.3.
#pragma once

#include "validation/case.hpp"
#include "validation/conclusion.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

[[nodiscard]] Conclusion identify_signer(const Case& facts, const Id& object, const SignerFacts& signer,
                                         Weight reference_absent, StepLog& log);

}  // namespace rakkan::validation
