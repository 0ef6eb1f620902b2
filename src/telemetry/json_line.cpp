#include "telemetry/json_line.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace rakkan::telemetry {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The length of the well-formed UTF-8 sequence at the start of `text` (Unicode 15, table 3-7); 0 when there is none.
std::size_t utf8_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned lead = at(0);
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return continues(1) ? 2 : 0;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

void append_control(std::string& to, unsigned char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  to += "\\u00";
  to += kDigits[c >> 4];
  to += kDigits[c & 0xF];
}

template <class Number>
void append_number(std::string& to, Number number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  to.append(text.data(), end.ptr);
}

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      to += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    const auto c = static_cast<unsigned char>(text.front());
    if (c == '"' || c == '\\') {
      to += '\\';
      to += text.front();
    } else if (c < 0x20 || c == 0x7F) {
      append_control(to, c);
    } else {
      to += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  to += '"';
}

JsonLine& JsonLine::add(const Field& field) {
  if (!first_) {
    to_ += ',';
  }
  first_ = false;
  append_json_string(to_, field.name);
  to_ += ':';
  struct Append {
    std::string& to;
    void operator()(std::string_view text) const { append_json_string(to, text); }
    void operator()(bool value) const { to += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { append_number(to, value); }
    void operator()(std::uint64_t value) const { append_number(to, value); }
    void operator()(double value) const {
      if (std::isfinite(value)) {
        append_number(to, value);
      } else {
        to += "null";  // JSON has no infinities
      }
    }
  };
  std::visit(Append{to_}, field.value);
  return *this;
}

JsonLine& JsonLine::add_unless_empty(std::string_view name, std::string_view text) {
  return text.empty() ? *this : add({name, text});
}

}  // namespace rakkan::telemetry
