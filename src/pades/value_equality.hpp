// Whether two values of a file mean the same, however they are spelled.
#pragma once

#include <string>
#include <vector>

#include "rakkan/pdf/object.hpp"

namespace rakkan::pades {

// True for equal values: numbers by value, names and strings decoded, dictionaries without regard to their order.
// References are equal when they name the same object; what they lead to is not looked at. A dictionary with a key that
// stands twice equals only one with the same keys in the same order.
[[nodiscard]] bool same_value(pdf::Value a, pdf::Value b);

// The keys whose values are not the same in both dictionaries, in rising order; an absent key is a null.
[[nodiscard]] std::vector<std::string> different_keys(pdf::Value a, pdf::Value b);

// True when a key stands twice in the dictionary: readers disagree on its value.
[[nodiscard]] bool has_duplicate_keys(pdf::Value dictionary);

}  // namespace rakkan::pades
