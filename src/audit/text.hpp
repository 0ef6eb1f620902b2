// Reading the line formats of the log: strictly, so that a text has one reading and a reading one text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/audit/merkle.hpp"

namespace rakkan::audit {

// Takes lines from the front of a text; each ends in a newline, the last one too.
class Lines {
 public:
  explicit Lines(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  // The next line without its newline; nothing at the end, or when the newline is missing.
  [[nodiscard]] std::optional<std::string_view> next() noexcept;
  // What no line was taken from yet.
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

// Digits without a sign or leading zeros.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept;
// Base64 of 32 octets.
[[nodiscard]] std::optional<TreeHash> parse_hash(std::string_view text);
[[nodiscard]] std::string encode_hash(const TreeHash& hash);

// Well-formed UTF-8 (Unicode table 3-7) without control characters but newline.
[[nodiscard]] bool is_plain_text(std::string_view text) noexcept;
// A key's name: plain text, not empty, without white space of any script and without '+'.
[[nodiscard]] bool is_key_name(std::string_view text) noexcept;

}  // namespace rakkan::audit
