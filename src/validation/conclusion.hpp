// Conclusion is what a building block or a process says: EN 319 102-1 §5.1.3.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "rakkan/validation/verdict.hpp"

namespace rakkan::validation {

struct Conclusion {
  Indication indication = Indication::passed;
  std::optional<SubIndication> sub_indication = {};
  std::string detail = {};

  [[nodiscard]] bool is_passed() const noexcept { return indication == Indication::passed; }
  [[nodiscard]] bool is(SubIndication sub) const noexcept { return sub_indication == sub; }
};

[[nodiscard]] inline Conclusion failed(SubIndication sub, std::string detail) {
  return {Indication::failed, sub, std::move(detail)};
}
[[nodiscard]] inline Conclusion indeterminate(SubIndication sub, std::string detail) {
  return {Indication::indeterminate, sub, std::move(detail)};
}

}  // namespace rakkan::validation
