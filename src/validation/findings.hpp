// Findings in words, Japanese and English. A code without a row of its own gets a general sentence.
#pragma once

#include <string>
#include <string_view>

#include "rakkan/validation/facts.hpp"
#include "rakkan/validation/policy.hpp"
#include "rakkan/validation/verdict.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

[[nodiscard]] Finding finding_of(std::string_view code, Severity severity, std::string object = {},
                                 std::string detail = {});

// True when a check of that weight decides the verdict if it does not hold.
[[nodiscard]] constexpr bool is_fatal(Weight weight) noexcept {
  return weight == Weight::fail || weight == Weight::indeterminate;
}

// Adds the finding with the severity that the weight gives it; `ignore` adds none.
void add_finding(StepLog& log, Weight weight, const StructureFinding& found, const Id& object);

}  // namespace rakkan::validation
