#include "gather/pdf_date.hpp"

#include <array>
#include <cstddef>

namespace rakkan::gather {
namespace {

// Takes `count` digits from the front; nothing when there are fewer.
std::optional<int> take_digits(std::string_view& text, std::size_t count) noexcept {
  if (text.size() < count) {
    return std::nullopt;
  }
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

// The offset from UTC in minutes at the front: Z, or a sign with hours and minutes, with or without apostrophes.
std::optional<int> take_offset(std::string_view text) noexcept {
  if (text.empty() || text.front() == 'Z') {
    return 0;
  }
  const bool is_behind = text.front() == '-';
  if (!is_behind && text.front() != '+') {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23) {
    return std::nullopt;
  }
  if (text.starts_with('\'')) {
    text.remove_prefix(1);
  }
  const int minutes = take_digits(text, 2).value_or(0);
  if (minutes > 59) {
    return std::nullopt;
  }
  return (is_behind ? -1 : 1) * (*hours * 60 + minutes);
}

}  // namespace

std::optional<Instant> parse_pdf_date(std::string_view text) noexcept {
  if (text.starts_with("D:")) {
    text.remove_prefix(2);
  }
  const auto year = take_digits(text, 4);
  if (!year) {
    return std::nullopt;
  }
  std::array<int, 5> rest{1, 1, 0, 0, 0};  // month, day, hour, minute, second
  for (int& part : rest) {
    const auto digits = take_digits(text, 2);
    if (!digits) {
      break;
    }
    part = *digits;
  }
  const auto offset = take_offset(text);
  const auto local = instant_from_utc({*year, rest[0], rest[1], rest[2], rest[3], rest[4], 0});
  if (!offset || !local) {
    return std::nullopt;
  }
  return *local - std::chrono::minutes(*offset);
}

}  // namespace rakkan::gather
