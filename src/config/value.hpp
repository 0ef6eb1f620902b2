// Value is the value of a key in the form of the file. This is the one place where text becomes numbers, durations and
// sizes, and back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rakkan::config {

using Value = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

// Reads a duration, "500ms" "30s" "10m" "2h" "7d"; nothing for other text, or a duration that overflows.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;
// Reads a size, "65536" "64KiB" "16MiB" "2GiB".
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

// The text of a duration, or a size, in the largest unit that loses nothing.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);
[[nodiscard]] std::string size_text(std::uint64_t size);

// The text as a TOML basic string, with quotes.
[[nodiscard]] std::string toml_string(std::string_view text);

// True for text that has the form of a dotted decimal OBJECT IDENTIFIER.
[[nodiscard]] bool is_dotted_oid(std::string_view text) noexcept;

}  // namespace rakkan::config
