// The table of errors' details in Japanese.
#pragma once

#include <span>
#include <string_view>

namespace rakkan::console {

// Translation is a detail in English, with "{1}" to "{4}" for its changing parts, and the same in Japanese.
struct Translation {
  std::string_view english;
  std::string_view japanese;
};

[[nodiscard]] std::span<const Translation> translations() noexcept;

}  // namespace rakkan::console
