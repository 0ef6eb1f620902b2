// Cryptographic verification, EN 319 102-1 §5.2.7.
#pragma once

#include "validation/case.hpp"
#include "validation/conclusion.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

// Of a signature (`imprint` null) or of a token with what it is about.
[[nodiscard]] Conclusion verify_cryptographically(const Id& object, const SignerFacts& signer,
                                                  const DigestFact* imprint, StepLog& log);

}  // namespace rakkan::validation
