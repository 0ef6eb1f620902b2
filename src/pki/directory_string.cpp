#include "rakkan/pki/directory_string.hpp"

#include <algorithm>

namespace rakkan::pki {
namespace {

constexpr auto kNumericString = static_cast<der::Tag>(0x12);
constexpr char32_t kLastCodePoint = 0x10FFFF;

constexpr bool is_surrogate(char32_t c) noexcept { return c >= 0xD800 && c <= 0xDFFF; }

void append_utf8(std::string& text, char32_t c) {
  const auto octet = [&](char32_t value) { text.push_back(static_cast<char>(static_cast<Byte>(value))); };
  if (c < 0x80) {
    octet(c);
  } else if (c < 0x800) {
    octet(0xC0 | c >> 6);
    octet(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    octet(0xE0 | c >> 12);
    octet(0x80 | (c >> 6 & 0x3F));
    octet(0x80 | (c & 0x3F));
  } else {
    octet(0xF0 | c >> 18);
    octet(0x80 | (c >> 12 & 0x3F));
    octet(0x80 | (c >> 6 & 0x3F));
    octet(0x80 | (c & 0x3F));
  }
}

std::string from_latin1(ByteView content) {
  std::string text;
  text.reserve(content.size());
  for (const Byte octet : content) {
    append_utf8(text, octet);
  }
  return text;
}

std::optional<std::string> from_utf16(ByteView content) {
  if (content.size() % 2 != 0) {
    return std::nullopt;
  }
  std::string text;
  const auto unit = [&](std::size_t at) { return static_cast<char32_t>(content[at] << 8 | content[at + 1]); };
  for (std::size_t at = 0; at < content.size(); at += 2) {
    char32_t c = unit(at);
    if (is_surrogate(c)) {
      if (c >= 0xDC00 || at + 2 >= content.size() || unit(at + 2) < 0xDC00 || unit(at + 2) > 0xDFFF) {
        return std::nullopt;
      }
      at += 2;
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(at) - 0xDC00);
    }
    append_utf8(text, c);
  }
  return text;
}

std::optional<std::string> from_utf32(ByteView content) {
  if (content.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string text;
  for (; !content.empty(); content = content.subspan(4)) {
    const char32_t c = static_cast<char32_t>(content[0]) << 24 | static_cast<char32_t>(content[1]) << 16 |
                       static_cast<char32_t>(content[2]) << 8 | content[3];
    if (c > kLastCodePoint || is_surrogate(c)) {
      return std::nullopt;
    }
    append_utf8(text, c);
  }
  return text;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  const ByteView octets = bytes_of(text);
  for (std::size_t at = 0; at < octets.size();) {
    const Byte first = octets[at++];
    if (first < 0x80) {
      continue;
    }
    const unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4 || octets.size() - at < more) {
      return false;
    }
    char32_t c = first & (0x3FU >> more);
    for (unsigned i = 0; i < more; ++i) {
      const Byte next = octets[at++];
      if ((next & 0xC0) != 0x80) {
        return false;
      }
      c = c << 6 | (next & 0x3F);
    }
    const bool overlong = (more == 2 && c < 0x800) || (more == 3 && c < 0x10000);
    if (overlong || is_surrogate(c) || c > kLastCodePoint) {
      return false;
    }
  }
  return true;
}

bool is_character_string(der::Tag tag) noexcept {
  return tag == der::Tag::utf8_string || tag == der::Tag::printable_string || tag == der::Tag::ia5_string ||
         tag == der::Tag::visible_string || tag == kNumericString || tag == der::Tag::teletex_string ||
         tag == der::Tag::bmp_string || tag == der::Tag::universal_string;
}

std::optional<std::string> to_utf8(der::Tag tag, ByteView content) {
  if (tag == der::Tag::utf8_string) {
    return is_utf8(text_of(content)) ? std::optional(std::string(text_of(content))) : std::nullopt;
  }
  if (tag == der::Tag::bmp_string) {
    return from_utf16(content);
  }
  if (tag == der::Tag::universal_string) {
    return from_utf32(content);
  }
  if (tag == der::Tag::teletex_string) {
    return from_latin1(content);
  }
  // The other types are subsets of ASCII. The exact subset is not enforced, as '@' and '*' are common in
  // PrintableString.
  const bool ascii = std::all_of(content.begin(), content.end(), [](Byte octet) { return octet < 0x80; });
  return is_character_string(tag) && ascii ? std::optional(std::string(text_of(content))) : std::nullopt;
}

}  // namespace rakkan::pki
