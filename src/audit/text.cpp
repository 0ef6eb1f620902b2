#include "audit/text.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "rakkan/base/base64.hpp"

namespace rakkan::audit {
namespace {

// Removes the code point at the front of the text and returns it; nothing when the front is not UTF-8.
std::optional<char32_t> take_code_point(std::string_view& text) noexcept {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = octet(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || text.size() < length) {
    return std::nullopt;
  }
  char32_t point = length == 1 ? first : first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xC0U) != 0x80) {
      return std::nullopt;
    }
    point = (point << 6U) | (octet(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x1'0000);
  if (overlong || (point >= 0xD800 && point <= 0xDFFF) || point > 0x10'FFFF) {
    return std::nullopt;
  }
  text.remove_prefix(length);
  return point;
}

// The property White_Space of Unicode.
bool is_white_space(char32_t point) noexcept {
  return (point >= 0x09 && point <= 0x0D) || point == 0x20 || point == 0x85 || point == 0xA0 || point == 0x1680 ||
         (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 || point == 0x202F ||
         point == 0x205F || point == 0x3000;
}

template <class Allowed>
bool all_points(std::string_view text, Allowed allowed) noexcept {
  while (!text.empty()) {
    const auto point = take_code_point(text);
    if (!point || !allowed(*point)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<std::string_view> Lines::next() noexcept {
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<TreeHash> parse_hash(std::string_view text) {
  TreeHash hash;
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() != hash.size()) {
    return std::nullopt;
  }
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

std::string encode_hash(const TreeHash& hash) { return to_base64(hash); }

bool is_plain_text(std::string_view text) noexcept {
  return all_points(text, [](char32_t point) { return point >= 0x20 || point == '\n'; });
}

bool is_key_name(std::string_view text) noexcept {
  return !text.empty() &&
         all_points(text, [](char32_t point) { return point >= 0x20 && point != '+' && !is_white_space(point); });
}

}  // namespace rakkan::audit
