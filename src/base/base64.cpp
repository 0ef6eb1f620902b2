#include "rakkan/base/base64.hpp"

#include <algorithm>

namespace rakkan {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr int value_of(char c) noexcept {
  if (c >= 'A' && c <= 'Z') {
    return c - 'A';
  }
  if (c >= 'a' && c <= 'z') {
    return c - 'a' + 26;
  }
  if (c >= '0' && c <= '9') {
    return c - '0' + 52;
  }
  if (c == '+') {
    return 62;
  }
  return c == '/' ? 63 : -1;
}

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  char* out = text.data();
  const auto put = [&](unsigned group, std::size_t digits) {
    for (std::size_t i = 0; i < digits; ++i) {
      out[i] = kAlphabet[group >> (18 - 6 * i) & 63];
    }
    out += 4;
  };
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(bytes[i]); };
  const std::size_t left = bytes.size() % 3;
  const std::size_t whole = bytes.size() - left;
  for (std::size_t i = 0; i < whole; i += 3) {
    put(at(i) << 16 | at(i + 1) << 8 | at(i + 2), 4);
  }
  if (left > 0) {
    put(at(whole) << 16 | (left == 2 ? at(whole + 1) << 8 : 0U), left + 1);
  }
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
    ++padding;
  }
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  unsigned pending = 0;
  unsigned bits = 0;
  for (const char c : text.substr(0, text.size() - padding)) {
    const int value = value_of(c);
    if (value < 0) {
      return std::nullopt;
    }
    pending = (pending << 6 | static_cast<unsigned>(value)) & 0xFFFFU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<Byte>(pending >> bits & 0xFFU));
    }
  }
  // RFC 4648 §3.5: the bits of the last digit that belong to no byte are zero.
  if ((pending & ((1U << bits) - 1U)) != 0) {
    return std::nullopt;
  }
  return bytes;
}

std::optional<Bytes> from_base64_lines(std::string_view text) {
  std::string joined;
  joined.reserve(text.size());
  for (const char c : text) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') {
      joined += c;
    }
  }
  return from_base64(joined);
}

std::string to_base64url(ByteView bytes) {
  std::string text = to_base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(std::find(text.begin(), text.end(), '='), text.end());
  return text;
}

}  // namespace rakkan
