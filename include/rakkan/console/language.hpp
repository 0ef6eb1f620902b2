// The language in which a program writes to a terminal.
#pragma once

#include <cstdint>
#include <string_view>

namespace rakkan::console {

enum class Language : std::uint8_t { en, ja };

// The language of a POSIX locale's name ("ja_JP.UTF-8"): Japanese for "ja", unless the name says that the terminal
// shows another encoding than UTF-8.
[[nodiscard]] Language language_of(std::string_view locale) noexcept;

// The language of this process's messages, by the first of LC_ALL, LC_MESSAGES and LANG that is set and not empty
// (POSIX.1, 8.2).
[[nodiscard]] Language language() noexcept;

}  // namespace rakkan::console
