#include "rakkan/base/time.hpp"

#include <array>
#include <cstdio>

namespace rakkan {
namespace {

using namespace std::chrono;

// Reads exactly `digits` decimal digits; nothing when another character stands there.
std::optional<int> number(std::string_view& text, std::size_t digits) noexcept {
  if (text.size() < digits) {
    return std::nullopt;
  }
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool literal(std::string_view& text, char expected) noexcept {
  if (text.empty() || text.front() != expected) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

// Reads the fraction after the point, in milliseconds; further digits are cut off.
std::optional<int> fraction(std::string_view& text) noexcept {
  int value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits < 3) {
      value = value * 10 + (text[digits] - '0');
    }
  }
  if (digits == 0) {
    return std::nullopt;
  }
  for (std::size_t i = digits; i < 3; ++i) {
    value *= 10;
  }
  text.remove_prefix(digits);
  return value;
}

// Reads "Z" or "+09:00": the time by which local time is ahead of UTC.
std::optional<minutes> zone(std::string_view& text) noexcept {
  if (literal(text, 'Z') || literal(text, 'z')) {
    return minutes{0};
  }
  const bool ahead = literal(text, '+');
  if (!ahead && !literal(text, '-')) {
    return std::nullopt;
  }
  const auto hour = number(text, 2);
  if (!hour || !literal(text, ':')) {
    return std::nullopt;
  }
  const auto minute = number(text, 2);
  if (!minute || *hour > 23 || *minute > 59) {
    return std::nullopt;
  }
  const minutes offset{*hour * 60 + *minute};
  return ahead ? offset : -offset;
}

// Writes the digits of the value at `at`, as many as there is room for before `end`.
void write(char* at, char* end, int value) noexcept {
  while (end != at) {
    *--end = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

Instant SystemClock::now() const { return floor<milliseconds>(system_clock::now()); }

milliseconds SteadyClock::elapsed() const { return floor<milliseconds>(steady_clock::now().time_since_epoch()); }

UtcFields utc_fields(Instant instant) noexcept {
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss time{instant - day};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count()),
          static_cast<int>(time.subseconds().count())};
}

std::optional<Instant> instant_from_utc(const UtcFields& f) noexcept {
  if (f.year < 1 || f.year > 9999 || f.month < 1 || f.day < 1 || f.hour < 0 || f.hour > 23 || f.minute < 0 ||
      f.minute > 59 || f.second < 0 || f.second > 59 || f.millisecond < 0 || f.millisecond > 999) {
    return std::nullopt;
  }
  const year_month_day date{year{f.year}, month{static_cast<unsigned>(f.month)}, day{static_cast<unsigned>(f.day)}};
  if (!date.ok()) {
    return std::nullopt;
  }
  return sys_days{date} + hours{f.hour} + minutes{f.minute} + seconds{f.second} + milliseconds{f.millisecond};
}

std::string to_rfc3339(Instant instant) {
  const UtcFields f = utc_fields(instant);
  if (f.year >= 0 && f.year <= 9999) {  // every time that is met in practice, and a record has dozens
    std::string text = "0000-00-00T00:00:00.000Z";
    char* const at = text.data();
    write(at, at + 4, f.year);
    write(at + 5, at + 7, f.month);
    write(at + 8, at + 10, f.day);
    write(at + 11, at + 13, f.hour);
    write(at + 14, at + 16, f.minute);
    write(at + 17, at + 19, f.second);
    write(at + 20, at + 23, f.millisecond);
    return text;
  }
  std::array<char, 80> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", f.year, f.month,
                                   f.day, f.hour, f.minute, f.second, f.millisecond);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<Instant> parse_rfc3339(std::string_view text) noexcept {
  UtcFields f{};
  const auto field = [&](int UtcFields::* member, std::size_t digits) {
    const auto value = number(text, digits);
    f.*member = value.value_or(-1);
    return value.has_value();
  };
  if (!field(&UtcFields::year, 4) || !literal(text, '-') || !field(&UtcFields::month, 2) || !literal(text, '-') ||
      !field(&UtcFields::day, 2) || !(literal(text, 'T') || literal(text, 't')) || !field(&UtcFields::hour, 2) ||
      !literal(text, ':') || !field(&UtcFields::minute, 2) || !literal(text, ':') || !field(&UtcFields::second, 2)) {
    return std::nullopt;
  }
  if (literal(text, '.')) {
    const auto milliseconds = fraction(text);
    if (!milliseconds) {
      return std::nullopt;
    }
    f.millisecond = *milliseconds;
  }
  const auto offset = zone(text);
  const auto local = instant_from_utc(f);
  if (!offset || !local || !text.empty()) {
    return std::nullopt;
  }
  return *local - *offset;
}

}  // namespace rakkan
