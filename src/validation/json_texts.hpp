// Texts of facts and verdicts in JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rakkan::validation {

inline constexpr std::string_view kFactsFormat = "rakkan-facts-1";
inline constexpr std::size_t kLongestText = 4'096;  // bytes, of any text in facts

// The text as JSON may hold it: control characters, which only a document's own texts have, become U+FFFD, and what is
// longer than kLongestText is cut at a character.
[[nodiscard]] std::string clean(std::string_view text);

}  // namespace rakkan::validation
