// Arrays that updates may only add to: /Fields, /Annots.
#pragma once

#include <optional>

#include "pades/value_equality.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/object.hpp"

namespace rakkan::pades {

// The first element that is neither the next one of the signed array nor one that `may_join`, a function from a Value
// to Result<bool>, lets in. A null value of no place stands for an element of the signed array that is gone. Nothing
// when the array has grown only.
template <class MayJoin>
[[nodiscard]] Result<std::optional<pdf::Value>> first_unexpected(pdf::Value signed_array, pdf::Value array,
                                                                 const MayJoin& may_join) {
  const pdf::Elements expected = signed_array.elements();
  auto next = expected.begin();
  for (const pdf::Value element : array.elements()) {
    if (next != expected.end() && same_value(*next, element)) {
      ++next;
      continue;
    }
    RAKKAN_TRY(const bool joins, may_join(element));
    if (!joins) {
      return element;
    }
  }
  return next == expected.end() ? std::nullopt : std::optional(pdf::Value{});
}

}  // namespace rakkan::pades
