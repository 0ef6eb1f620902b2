// Validation process for basic signatures, EN 319 102-1 §5.3, and for timestamps, §5.4: the building blocks at the time
// of judgement. The issues that stand in the way stay as a list, for the processes that have proofs of existence.
#pragma once

#include <vector>

#include "validation/bbb/xcv.hpp"
#include "validation/case.hpp"
#include "validation/conclusion.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

struct BasicResult {
  Conclusion conclusion = {};
  // Nothing can overcome the conclusion: it is about form, cryptography, identification or constraints.
  bool is_final = false;
  std::vector<Issue> issues = {};  // what stands in the way when it is not final
  std::vector<Issue> weak = {};    // of them, the signature's own algorithms
  XcvResult x509 = {};
  Conclusion crypto = {};                         // of cryptographic verification
  Conclusion elements = {};                       // of the constraints on a signature's elements, which no time changes
  const CertificateFacts* certificate = nullptr;  // the signing certificate
};

// A timestamp's verdict as far as processes use it.
struct TimestampResult {
  const TimestampFacts* facts = nullptr;
  BasicResult basic = {};
  Conclusion conclusion = {};  // after past validation, if it took place
};

// `content_timestamps` are the results of the signature's content timestamps.
[[nodiscard]] BasicResult validate_basic(const Case& facts, const SignatureFacts& signature,
                                         const std::vector<const TimestampResult*>& content_timestamps, StepLog& log);
[[nodiscard]] BasicResult validate_timestamp(const Case& facts, const TimestampFacts& timestamp, StepLog& log);

}  // namespace rakkan::validation
