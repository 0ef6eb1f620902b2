#include "api/query_values.hpp"

#include <algorithm>
#include <charconv>

namespace rakkan::api {

Result<std::string> word_parameter(const http::Request& request, std::string_view name,
                                   std::vector<std::string> allowed) {
  const auto word = request.query_parameter(name);
  if (!word) {
    return allowed.front();
  }
  if (std::find(allowed.begin(), allowed.end(), *word) == allowed.end()) {
    return fail(not_among(ErrorCode::invalid_request, std::move(allowed), std::string(name)));
  }
  return *word;
}

Result<std::uint64_t> number_parameter(const http::Request& request, std::string_view name, std::uint64_t least,
                                       std::uint64_t most, std::uint64_t otherwise) {
  const auto text = request.query_parameter(name);
  if (!text) {
    return otherwise;
  }
  const auto number = parse_number(*text);
  if (!number || *number < least || *number > most) {
    return fail(ErrorCode::invalid_request,
                "must be a whole number, " + std::to_string(least) + " to " + std::to_string(most), std::string(name));
  }
  return *number;
}

Result<std::optional<Instant>> time_parameter(const http::Request& request, std::string_view name) {
  const auto text = request.query_parameter(name);
  if (!text) {
    return std::nullopt;
  }
  const auto instant = parse_rfc3339(*text);
  if (!instant) {
    return fail(ErrorCode::invalid_request, "must be a time in RFC 3339, like 2026-11-24T00:00:00Z", std::string(name));
  }
  return instant;
}

std::optional<std::uint64_t> parse_number(std::string_view digits) noexcept {
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number);
  return error == std::errc{} && stopped == end ? std::optional(number) : std::nullopt;
}

}  // namespace rakkan::api
