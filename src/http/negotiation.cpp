#include "http/negotiation.hpp"

#include <charconv>

#include "rakkan/http/text.hpp"

namespace rakkan::http {
namespace {

// A weight (RFC 9110 §12.4.2) in thousandths: "0.5" is 500. A malformed weight counts as 0, so that its element is not
// chosen.
int thousandths(std::string_view weight) noexcept {
  if (weight.empty() || weight.size() > 5 || (weight[0] != '0' && weight[0] != '1') ||
      (weight.size() > 1 && weight[1] != '.')) {
    return 0;
  }
  int value = (weight[0] - '0') * 1'000;
  int step = 100;
  for (const char c : weight.substr(std::min<std::size_t>(2, weight.size()))) {
    if (c < '0' || c > '9') {
      return 0;
    }
    value += (c - '0') * step;
    step /= 10;
  }
  return value <= 1'000 ? value : 0;
}

struct Choice {
  std::string_view name;
  int quality;
};

// Takes the next element of a list with qualities.
Choice next_choice(std::string_view& list) noexcept {
  std::string_view element = take_until(list, ',');
  Choice choice{take_until(element, ';'), 1'000};
  while (!element.empty()) {
    std::string_view parameter = take_until(element, ';');
    const std::string_view name = take_until(parameter, '=');
    if (same_ignoring_case(name, "q")) {
      choice.quality = thousandths(trimmed(parameter));
    }
  }
  return choice;
}

// How closely a media range matches a type: 3 for the type itself, 2 for "type/*", 1 for "*/*", 0 for another type.
int closeness(std::string_view range, std::string_view type) noexcept {
  if (same_ignoring_case(range, type)) {
    return 3;
  }
  if (range == "*/*") {
    return 1;
  }
  const std::string_view family = type.substr(0, std::min(type.find('/'), type.size() - 1) + 1);
  const bool whole_family = range.ends_with("/*") && same_ignoring_case(range.substr(0, range.size() - 1), family);
  return whole_family ? 2 : 0;
}

int quality_of(std::string_view accept, std::string_view type) noexcept {
  int best = 0;
  int quality = 0;
  while (!accept.empty()) {
    const Choice choice = next_choice(accept);
    const int close = closeness(choice.name, type);
    if (close > best) {
      best = close;
      quality = choice.quality;
    }
  }
  return quality;
}

}  // namespace

std::optional<std::string_view> preferred_media_type(std::string_view accept,
                                                     std::span<const std::string_view> offered) {
  std::optional<std::string_view> best;
  int most = 0;
  for (const std::string_view type : offered) {
    const int quality = quality_of(accept, type);
    if (quality > most) {
      most = quality;
      best = type;
    }
  }
  return best;
}

Language preferred_language(std::string_view accept_language) noexcept {
  int ja = 0;
  int en = 0;
  while (!accept_language.empty()) {
    const Choice choice = next_choice(accept_language);
    std::string_view tag = choice.name;
    const std::string_view primary = take_until(tag, '-');
    if (same_ignoring_case(primary, "ja")) {
      ja = std::max(ja, choice.quality);
    }
    if (same_ignoring_case(primary, "en")) {
      en = std::max(en, choice.quality);
    }
  }
  return ja > en ? Language::ja : Language::en;
}

std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer) noexcept {
  while (!prefer.empty()) {
    std::string_view preference = take_until(prefer, ',');
    std::string_view assignment = take_until(preference, ';');
    if (!same_ignoring_case(take_until(assignment, '='), "wait")) {
      continue;
    }
    const std::string_view digits = trimmed(assignment);
    unsigned seconds = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (error != std::errc{} || end != digits.data() + digits.size()) {
      return std::nullopt;
    }
    return std::chrono::seconds(seconds);
  }
  return std::nullopt;
}

}  // namespace rakkan::http
