// Syntax of header fields (RFC 9110 §5.6), for several files of this module.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace rakkan::http {

[[nodiscard]] constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

[[nodiscard]] inline std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

// The text without the spaces and tabs around it.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

// Takes the text before the next `separator` from the front of `rest`, trimmed; quoted strings are not respected.
[[nodiscard]] constexpr std::string_view take_until(std::string_view& rest, char separator) noexcept {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return taken;
}

// A name that a caller sent, for showing it in an error: other characters than printable ASCII are percent-encoded, and
// long names are cut.
[[nodiscard]] inline std::string shown(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : name) {
    if (result.size() >= kLongest) {
      return result + "...";
    }
    if (c > ' ' && c <= '~') {
      result += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      result.append({'%', kDigits[octet >> 4U], kDigits[octet & 0xFU]});
    }
  }
  return result;
}

// A list by RFC 9110 §5.6.1: "a, b, c".
template <class Texts>
[[nodiscard]] std::string list_of(const Texts& texts) {
  std::string list;
  for (const auto& text : texts) {
    list.append(list.empty() ? "" : ", ").append(text);
  }
  return list;
}

// True for a character of a token (RFC 9110 §5.6.2).
[[nodiscard]] constexpr bool is_token_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

}  // namespace rakkan::http
