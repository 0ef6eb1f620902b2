// Reading values of a request's query and path. All functions fail with invalid_request, the parameter in `where`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/time.hpp"
#include "rakkan/http/request.hpp"

namespace rakkan::api {

// One of a few words; the first of them when the parameter is missing.
[[nodiscard]] Result<std::string> word_parameter(const http::Request& request, std::string_view name,
                                                 std::vector<std::string> allowed);
// A whole number within the bounds; `otherwise` when it is missing.
[[nodiscard]] Result<std::uint64_t> number_parameter(const http::Request& request, std::string_view name,
                                                     std::uint64_t least, std::uint64_t most, std::uint64_t otherwise);
// A time in RFC 3339; nothing when the parameter is missing.
[[nodiscard]] Result<std::optional<Instant>> time_parameter(const http::Request& request, std::string_view name);

// A number of decimal digits alone; nothing for any other text, and for more than 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view digits) noexcept;

}  // namespace rakkan::api
