// Past signature validation, EN 319 102-1 §5.6.2.4, of signatures and of timestamps.
#pragma once

#include "validation/basic.hpp"
#include "validation/case.hpp"
#include "validation/conclusion.hpp"
#include "validation/poe.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

struct PastResult {
  Conclusion conclusion = {};
  bool is_judged = false;  // a chain was good at a control time that is not before the proof: issues were gone through
};

// PASSED when every issue of the object at the time of judgement is overcome by what is proven; else the conclusion
// that remains, which is the one before unless something is worse.
[[nodiscard]] PastResult validate_past(const Case& facts, const Id& object, const BasicResult& basic, Role role,
                                       const PoeSet& poe, StepLog& log);

}  // namespace rakkan::validation
