// Validation process for signatures with time and signatures with long-term validation data, EN 319 102-1 §5.5.
#pragma once

#include <vector>

#include "validation/basic.hpp"
#include "validation/case.hpp"
#include "validation/conclusion.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

struct LongTermResult {
  Conclusion conclusion = {};
  Instant best_signature_time = {};
};

// `timestamps` are the results of the signature's own: those that pass at the time of judgement count.
[[nodiscard]] LongTermResult validate_long_term(const Case& facts, const SignatureFacts& signature,
                                                const BasicResult& basic,
                                                const std::vector<const TimestampResult*>& timestamps, StepLog& log);

}  // namespace rakkan::validation
