// Reading the line formats of the log strictly: each text has one reading, and each reading has one text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/audit/merkle.hpp"

namespace rakkan::audit {

// Lines takes lines from the front of a text; each line ends in a newline, the last one too.
class Lines {
 public:
  explicit Lines(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  // The next line without its newline; nothing at the end, or when the newline is missing.
  [[nodiscard]] std::optional<std::string_view> next() noexcept;
  // The rest of the text, from which no line was taken yet.
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

// A decimal number without a sign or leading zeros.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept;
// A hash in base64: 32 octets.
[[nodiscard]] std::optional<TreeHash> parse_hash(std::string_view text);
[[nodiscard]] std::string encode_hash(const TreeHash& hash);

// True for well-formed UTF-8 (Unicode table 3-7) without control characters other than newline.
[[nodiscard]] bool is_plain_text(std::string_view text) noexcept;
// True for a key's name (C2SP signed-note): plain text, not empty, without white space of any script and without '+'.
[[nodiscard]] bool is_key_name(std::string_view text) noexcept;

}  // namespace rakkan::audit
