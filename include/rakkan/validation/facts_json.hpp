// Facts as JSON (docs/validation.md): written so that an expert can decide again from the file alone, and read
// strictly.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rakkan/base/result.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::validation {

inline constexpr std::size_t kMostFactsBytes = 64U * 1024 * 1024;
inline constexpr std::size_t kMostFactsObjects = 100'000;  // of one array

// The same facts give the same text. Members without a value are left out.
[[nodiscard]] std::string to_json(const Facts& facts);

// Reads what to_json writes, at most kMostFactsBytes. Unknown members, two objects with one id, ids that name nothing,
// numbers and texts out of their range and times that are none are refused. Fails with facts_invalid; `where` is the
// member's path.
[[nodiscard]] Result<Facts> parse_facts(std::string_view json);

}  // namespace rakkan::validation
