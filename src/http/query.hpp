// Reading the query of a request's target: name=value pairs between "&", with names and values percent-encoded (RFC
// 3986 §2.1, §3.4). A "+" is a plus sign.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rakkan/base/result.hpp"

namespace rakkan::http {

// Succeeds when the query has only parameters of these names, each at most once. A server that ignored an unknown
// parameter would give its caller an answer to another question. invalid_request with the parameter, as it was written,
// in `where` and the known names in `allowed`; malformed_request for a value that cannot be decoded.
[[nodiscard]] Result<void> check_query(std::string_view query, std::span<const std::string_view> names);

// The value of the first parameter of this name; nothing when it is missing or not well formed.
[[nodiscard]] std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace rakkan::http
