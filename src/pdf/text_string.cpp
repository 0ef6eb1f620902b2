#include "rakkan/pdf/text_string.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rakkan::pdf {
namespace {

constexpr char32_t kReplacement = 0xfffd;

// The codes of PDFDocEncoding that differ from Latin-1 (ISO 32000-2 Annex D.3). 0 stands for an undefined code.
constexpr std::array<char16_t, 8> kFrom18 = {0x02d8, 0x02c7, 0x02c6, 0x02d9, 0x02dd, 0x02db, 0x02da, 0x02dc};
constexpr std::array<char16_t, 33> kFrom80 = {0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039,
                                              0x203a, 0x2212, 0x2030, 0x201e, 0x201c, 0x201d, 0x2018, 0x2019, 0x201a,
                                              0x2122, 0xfb01, 0xfb02, 0x0141, 0x0152, 0x0160, 0x0178, 0x017d, 0x0131,
                                              0x0142, 0x0153, 0x0161, 0x017e, 0x0000, 0x20ac};

char32_t from_pdf_doc_encoding(Byte byte) noexcept {
  if (byte >= 0x18 && byte <= 0x1f) {
    return kFrom18.at(byte - 0x18U);
  }
  if (byte >= 0x80 && byte <= 0xa0) {
    const char16_t code = kFrom80.at(byte - 0x80U);
    return code == 0 ? kReplacement : code;
  }
  return byte == 0x7f || byte == 0xad ? kReplacement : byte;
}

void append_utf8(std::string& text, char32_t code) {
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

// The code point at `at`, which moves past it. Each byte of an overlong form, a surrogate or a stray byte is U+FFFD.
char32_t next_utf8(std::string_view text, std::size_t& at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at++);
  if (first < 0x80) {
    return first;
  }
  const std::size_t more = first >= 0xf0 && first < 0xf8 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first >= 0xf5 || text.size() - at < more) {
    return kReplacement;
  }
  char32_t code = first & (0x3fU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80U) {
      return kReplacement;
    }
    code = code << 6 | (byte(at + i) & 0x3fU);
  }
  constexpr std::array<char32_t, 4> kLowest = {0, 0x80, 0x800, 0x10000};
  if (code < kLowest.at(more) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
    return kReplacement;
  }
  at += more;
  return code;
}

// Decodes UTF-16. §7.9.2.2.1: an escape U+001B … U+001B names a language and is left out.
std::string decode_utf16(ByteView bytes, bool big_endian) {
  std::string text;
  bool in_escape = false;
  const auto unit = [&](std::size_t at) {
    const unsigned high = bytes[big_endian ? at : at + 1];
    const unsigned low = bytes[big_endian ? at + 1 : at];
    return static_cast<char32_t>(high << 8 | low);
  };
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    char32_t code = unit(at);
    if (code == 0x1b) {
      in_escape = !in_escape;
      continue;
    }
    if (in_escape) {
      continue;
    }
    if (code >= 0xd800 && code < 0xe000) {
      const bool pair = code < 0xdc00 && at + 3 < bytes.size() && unit(at + 2) >= 0xdc00 && unit(at + 2) < 0xe000;
      code = pair ? 0x10000 + ((code - 0xd800) << 10) + (unit(at + 2) - 0xdc00) : kReplacement;
      at += pair ? 2U : 0U;
    }
    append_utf8(text, code);
  }
  if (bytes.size() % 2 != 0) {
    append_utf8(text, kReplacement);
  }
  return text;
}

bool starts_with(ByteView bytes, std::string_view mark) noexcept {
  return text_of(bytes).substr(0, mark.size()) == mark;
}

}  // namespace

std::string decode_text_string(ByteView bytes) {
  if (starts_with(bytes, "\xfe\xff")) {
    return decode_utf16(bytes.subspan(2), true);
  }
  if (starts_with(bytes, "\xff\xfe")) {
    return decode_utf16(bytes.subspan(2), false);
  }
  std::string text;
  if (starts_with(bytes, "\xef\xbb\xbf")) {
    const std::string_view utf8 = text_of(bytes.subspan(3));
    for (std::size_t at = 0; at < utf8.size();) {
      append_utf8(text, next_utf8(utf8, at));
    }
    return text;
  }
  for (const Byte byte : bytes) {
    append_utf8(text, from_pdf_doc_encoding(byte));
  }
  return text;
}

Bytes encode_text_string(std::string_view utf8) {
  if (std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= 0x20 && c < 0x7f; })) {
    return copy_of(bytes_of(utf8));
  }
  Bytes bytes = {0xfe, 0xff};
  const auto put = [&](char32_t unit) {
    bytes.push_back(static_cast<Byte>(unit >> 8));
    bytes.push_back(static_cast<Byte>(unit & 0xff));
  };
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t code = next_utf8(utf8, at);
    if (code < 0x10000) {
      put(code);
    } else {
      put(0xd800 + ((code - 0x10000) >> 10));
      put(0xdc00 + ((code - 0x10000) & 0x3ff));
    }
  }
  return bytes;
}

}  // namespace rakkan::pdf
