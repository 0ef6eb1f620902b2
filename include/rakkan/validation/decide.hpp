// decide judges facts: EN 319 102-1 V1.4.1 whole, from facts, policy and time alone. It reads no clock and does no I/O;
// the same arguments always give the same verdict.
#pragma once

#include "rakkan/base/time.hpp"
#include "rakkan/validation/facts.hpp"
#include "rakkan/validation/policy.hpp"
#include "rakkan/validation/verdict.hpp"

namespace rakkan::validation {

// `time` is the validator's clock (EN 319 102-1 §5.1.2: current time): revocation data and timestamps made after it are
// ignored, and listed as findings. Never fails: facts that contradict themselves make no verdict better.
[[nodiscard]] Verdict decide(const Facts& facts, const Policy& policy, Instant time);

}  // namespace rakkan::validation
