// Problem documents (RFC 9457) from the one error table.
//
//   {"type":"/problems/pin-locked","title":"…","status":423,"detail":"…","instance":"<request id>","code":"pin-locked",
//    "retryable":false,"title_en":"…","title_ja":"…"}
//
// The members `where` (the place in the request), `offset` (the octet at which its JSON can be read no further),
// `allowed` (the values that would have been accepted there) and `retry_after_ms` are present when they are known, and
// the facts of the error (Error::facts) under their names. A failure of the server (5xx) has no `where`, and `internal`
// not even a detail.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rakkan/base/error.hpp"
#include "rakkan/http/request.hpp"
#include "rakkan/http/response.hpp"

namespace rakkan::http {

[[nodiscard]] Response problem(const Error& error, std::string_view request_id, Language language);
[[nodiscard]] inline Response problem(const Error& error, const Request& request) {
  return problem(error, request.id, request.language);
}

// A shorter form for one of many lines in an answer, without the members that all lines share or that the type's page
// has:
//   {"type":"/problems/pin-locked","title":"…","status":423,"detail":"…","code":"pin-locked","retryable":false}
[[nodiscard]] std::string line_problem(const Error& error, Language language);

// The value of Retry-After (RFC 9110 §10.2.3) in whole seconds, rounded up so that no caller comes too early.
[[nodiscard]] std::string retry_after_text(std::chrono::milliseconds wait);

// GET /problems/{code} explains a problem type; route_unknown for an unknown code.
[[nodiscard]] Result<Response> problem_type(std::string_view slug);

}  // namespace rakkan::http
