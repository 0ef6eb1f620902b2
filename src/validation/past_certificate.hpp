// Past certificate validation, EN 319 102-1 §5.6.2.1.
#pragma once

#include "validation/case.hpp"
#include "validation/poe.hpp"
#include "validation/step_log.hpp"
#include "validation/time_sliding.hpp"

namespace rakkan::validation {

// Judges one chain of a certificate for the past: its soundness at a time at which all of it was valid, and then time
// sliding. The control time is what a proof of existence of the signature is held against.
[[nodiscard]] SlidResult validate_past_chain(const Case& facts, const Chain& chain, Role role, const PoeSet& poe,
                                             StepLog& log);

}  // namespace rakkan::validation
