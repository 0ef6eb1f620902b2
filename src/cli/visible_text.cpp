#include "cli/visible_text.hpp"

#include <array>
#include <cstdint>

namespace rakkan::cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Character {
  char32_t code = 0;
  std::size_t length = 1;  // bytes
  bool valid = false;
};

// The character at the beginning of a text that is not empty (RFC 3629): no overlong forms, no surrogates.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1, true};
  }
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) {
    return {};
  }
  char32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return {};
    }
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool valid = code >= kLeast.at(length) && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  return valid ? Character{code, length, true} : Character{};
}

// True for characters that a reader does not see and that change what is seen.
bool is_hidden(char32_t code) noexcept {
  struct Range {
    char32_t first, last;
  };
  constexpr std::array kHidden{
      Range{0x00, 0x1F},       Range{0x7F, 0x9F},       // controls, escape among them
      Range{0xAD, 0xAD},       Range{0x61C, 0x61C},     // soft hyphen; Arabic letter mark
      Range{0x180E, 0x180E},   Range{0x200B, 0x200F},   // zero width; left-to-right and right-to-left marks
      Range{0x2028, 0x202E},   Range{0x2060, 0x206F},   // separators, embeddings, overrides; isolates
      Range{0xFEFF, 0xFEFF},   Range{0xFFF9, 0xFFFB},   // byte order mark; interlinear annotations
      Range{0x1D173, 0x1D17A}, Range{0xE0000, 0xE007F}  // musical controls; tags
  };
  for (const Range& range : kHidden) {
    if (code >= range.first && code <= range.last) {
      return true;
    }
  }
  return false;
}

std::string hexadecimal(std::uint32_t value, std::size_t least_digits, std::string_view digits) {
  std::string text;
  for (; value != 0 || text.size() < least_digits; value >>= 4U) {
    text.insert(text.begin(), digits[value & 0xFU]);
  }
  return text;
}

std::string json_escape(char32_t code) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (code < 0x10000) {
    return "\\u" + hexadecimal(code, 4, kDigits);
  }
  const char32_t rest = code - 0x10000;  // RFC 8259 §7: a surrogate pair
  return "\\u" + hexadecimal(0xD800 + (rest >> 10U), 4, kDigits) + "\\u" +
         hexadecimal(0xDC00 + (rest & 0x3FFU), 4, kDigits);
}

}  // namespace

std::string visible(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_of(text);
    if (!character.valid) {
      shown += kReplacement;
    } else if (is_hidden(character.code)) {
      shown += "<U+" + hexadecimal(character.code, 4, "0123456789ABCDEF") + ">";
    } else {
      shown += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return shown;
}

std::string escaped_json(std::string_view json) {
  std::string escaped;
  escaped.reserve(json.size());
  while (!json.empty()) {
    const Character character = first_of(json);
    if (!character.valid) {
      escaped += kReplacement;
    } else if (character.code >= 0x7F && is_hidden(character.code)) {
      escaped += json_escape(character.code);
    } else {
      escaped += json.substr(0, character.length);
    }
    json.remove_prefix(character.length);
  }
  return escaped;
}

}  // namespace rakkan::cli
