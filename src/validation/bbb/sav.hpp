// Signature acceptance validation, EN 319 102-1 §5.2.8: cryptographic constraints and constraints on the elements of a
// signature.
#pragma once

#include <vector>

#include "validation/bbb/xcv.hpp"
#include "validation/case.hpp"
#include "validation/conclusion.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

// The algorithms of the signature value, of what it digests, and of a token's imprint that do not count at `time`:
// issues of kind weak_signature, with the moment at which each ended.
[[nodiscard]] std::vector<Issue> find_weak_algorithms(const Case& facts, const Id& object, const SignerFacts& signer,
                                                      const DigestFact* imprint, Instant time);

// Constraints on claimed time and content, which no time changes (§5.2.8.4.2).
[[nodiscard]] Conclusion check_elements(const Case& facts, const SignatureFacts& signature, StepLog& log);

}  // namespace rakkan::validation
