// Warnings that come with a revision that was made all the same: the answer to the caller names them.
#pragma once

#include <cstdint>
#include <string_view>

namespace rakkan::pades {

enum class Warning : std::uint8_t {
  // A certification or a lock allows no changes (P 1). ISO 32000-2 lets validation data and document timestamps follow
  // (table 257, §12.8.5); Acrobat calls the certification invalid.
  docmdp_acrobat,
};

[[nodiscard]] constexpr std::string_view name(Warning warning) noexcept {
  switch (warning) {
    case Warning::docmdp_acrobat:
      return "docmdp-acrobat";
  }
  return "";
}

}  // namespace rakkan::pades
