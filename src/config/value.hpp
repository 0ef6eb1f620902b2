// Value is what a key holds, in the form of the file: the one place where text becomes numbers, durations and sizes,
// and back.
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

// "500ms" "30s" "10m" "2h" "7d"; nothing for anything else or what overflows.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;
// "65536" "64KiB" "16MiB" "2GiB".
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

// The same in the largest unit that loses nothing.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);
[[nodiscard]] std::string size_text(std::uint64_t size);

// As a TOML basic string, with quotes.
[[nodiscard]] std::string toml_string(std::string_view text);

// Dotted decimal OBJECT IDENTIFIER by its form.
[[nodiscard]] bool is_dotted_oid(std::string_view text) noexcept;

}  // namespace rakkan::config
