// Problem documents (RFC 9457) from the one error table.
//
//   {"type":"/problems/pin-locked","title":"…","status":423,"detail":"…","instance":"<request id>","code":"pin-locked",
//    "retryable":false,"title_en":"…","title_ja":"…"}
//
// `where` (the place in the request), `offset` (the octet at which its JSON can be read no further), `allowed` (the
// values that would have been accepted there) and `retry_after_ms` are there when known. Of our own failures (5xx) the
// place is not told, of `internal` not even the detail.
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

// The same for one of many lines in an answer, and shorter: without what all lines share or the type's page tells.
//   {"type":"/problems/pin-locked","title":"…","status":423,"detail":"…","code":"pin-locked","retryable":false}
[[nodiscard]] std::string line_problem(const Error& error, Language language);

// Of the field Retry-After (RFC 9110 §10.2.3): whole seconds, rounded up, so that nobody comes too early.
[[nodiscard]] std::string retry_after_text(std::chrono::milliseconds wait);

// GET /problems/{code}: what a problem type means; route_unknown for a code that is none.
[[nodiscard]] Result<Response> problem_type(std::string_view slug);

}  // namespace rakkan::http
