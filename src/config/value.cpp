#include "config/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "rakkan/base/bytes.hpp"

namespace rakkan::config {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr std::array kDurations{Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000}, Unit{"h", 3'600'000},
                                Unit{"d", 86'400'000}};
constexpr std::array kSizes{Unit{"", 1}, Unit{"KiB", 1ULL << 10}, Unit{"MiB", 1ULL << 20}, Unit{"GiB", 1ULL << 30}};

template <class Units>
std::optional<std::uint64_t> parse_with(const Units& units, std::string_view text) noexcept {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest == text.data()) {
    return std::nullopt;
  }
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.suffix == suffix; });
  if (unit == units.end()) {
    return std::nullopt;
  }
  return checked_multiply(number, unit->factor);
}

template <class Units>
std::string text_with(const Units& units, std::uint64_t number) {
  auto best = units.begin();
  for (auto unit = units.begin(); unit != units.end(); ++unit) {
    if (number != 0 && number % unit->factor == 0) {
      best = unit;
    }
  }
  return std::to_string(number / best->factor) + std::string(best->suffix);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  const auto number = parse_with(kDurations, text);
  const auto narrow = number ? checked_cast<std::int64_t>(*number) : std::nullopt;
  if (!narrow) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(*narrow);
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept { return parse_with(kSizes, text); }

std::string duration_text(std::chrono::milliseconds duration) {
  return duration.count() == 0 ? "0s" : text_with(kDurations, static_cast<std::uint64_t>(duration.count()));
}

std::string size_text(std::uint64_t size) { return text_with(kSizes, size); }

std::string toml_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (octet < 0x20 || octet == 0x7F) {
      quoted += "\\u00";
      quoted += kHex[octet >> 4U];
      quoted += kHex[octet & 0x0FU];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

bool is_dotted_oid(std::string_view text) noexcept {
  std::size_t arcs = 0;
  for (std::string_view rest = text;; ++arcs) {
    const std::size_t dot = rest.find('.');
    const std::string_view arc = rest.substr(0, dot);
    const bool digits = !arc.empty() && arc.size() <= 18 &&
                        std::all_of(arc.begin(), arc.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || (arc.size() > 1 && arc.front() == '0') || (arcs == 0 && (arc.size() > 1 || arc.front() > '2'))) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return arcs >= 1;
    }
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace rakkan::config
