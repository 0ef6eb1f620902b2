// A verdict as JSON (docs/validation.md): the members of an answer of `rakkan verify`, in a fixed order.
#pragma once

#include <string>

#include "rakkan/validation/facts.hpp"
#include "rakkan/validation/verdict.hpp"

namespace rakkan::validation {

struct VerdictJsonOptions {
  bool steps = false;  // each step of the decision with its clause
};

// `facts` are those that were judged: subjects of certificates, coverage and revisions come from them.
[[nodiscard]] std::string to_json(const Verdict& verdict, const Facts& facts, const VerdictJsonOptions& options = {});

}  // namespace rakkan::validation
