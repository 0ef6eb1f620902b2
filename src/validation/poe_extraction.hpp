// POE extraction, EN 319 102-1 §5.6.2.3, and with it the validation of all timestamps of a file, §5.6.3.4 (5): from the
// newest to the oldest, so that each may rest on the proofs of those after it.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "validation/basic.hpp"
#include "validation/case.hpp"
#include "validation/poe.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

struct Proofs {
  explicit Proofs(Instant now) : poe(now) {}

  PoeSet poe;
  std::vector<TimestampResult> timestamps = {};                   // in the order of the facts
  std::vector<StepLog> logs = {};                                 // of each
  std::unordered_map<std::string_view, std::size_t> places = {};  // of each, by its id

  // Null for a timestamp that is not among the facts, or is from later.
  [[nodiscard]] const TimestampResult* of(const Id& timestamp) const;
};

[[nodiscard]] Proofs collect_proofs(const Case& facts);

}  // namespace rakkan::validation
