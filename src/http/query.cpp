#include "http/query.hpp"

#include <algorithm>
#include <vector>

#include "rakkan/base/hex.hpp"
#include "rakkan/http/text.hpp"

namespace rakkan::http {
namespace {

struct Pair {
  std::string_view name;  // percent-encoded, as the value
  std::string_view value;
};

// Takes the next pair from the front of `rest`; an empty text between two "&" is skipped.
std::optional<Pair> next_pair(std::string_view& rest) noexcept {
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!pair.empty()) {
      const std::size_t equals = std::min(pair.find('='), pair.size());
      return Pair{pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))};
    }
  }
  return std::nullopt;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto octet = from_hex(text.substr(i + 1, 2));
    if (!octet || octet->size() != 1) {
      return std::nullopt;
    }
    decoded += static_cast<char>(octet->front());
    i += 2;
  }
  return decoded;
}

tl::unexpected<Error> unknown(std::string_view name, std::span<const std::string_view> known) {
  Error error{ErrorCode::invalid_request, "is no query parameter of this path; ", shown(name), std::nullopt, {}};
  error.detail += known.empty() ? "there are none" : "known: " + list_of(known);
  error.allowed.assign(known.begin(), known.end());
  return fail(std::move(error));
}

}  // namespace

Result<void> check_query(std::string_view query, std::span<const std::string_view> names) {
  std::vector<std::string> seen;
  while (const auto pair = next_pair(query)) {
    std::optional<std::string> name = percent_decoded(pair->name);
    if (!name || std::find(names.begin(), names.end(), *name) == names.end()) {
      return unknown(pair->name, names);
    }
    if (std::find(seen.begin(), seen.end(), *name) != seen.end()) {
      return fail(ErrorCode::invalid_request, "occurs twice", *std::move(name));
    }
    if (!percent_decoded(pair->value)) {
      return fail(ErrorCode::malformed_request, "has a % without two hexadecimal digits behind it", *std::move(name));
    }
    seen.push_back(*std::move(name));
  }
  return {};
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (const auto pair = next_pair(query)) {
    if (percent_decoded(pair->name) == name) {
      return percent_decoded(pair->value);
    }
  }
  return std::nullopt;
}

}  // namespace rakkan::http
