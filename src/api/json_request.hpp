// JSON that a request brings.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/json/reader.hpp"

namespace rakkan::api {

// malformed_json with the octet in `offset`; values that are not as they must be are invalid_request with the member in
// `where`.
[[nodiscard]] inline Result<json::Document> parse_json(ByteView text) {
  return json::Document::parse(text_of(text), {ErrorCode::malformed_json, ErrorCode::invalid_request});
}

// A use case calls a value that it cannot use invalid_argument: here it came in a request.
[[nodiscard]] inline Error as_request_error(Error error) {
  if (error.code == ErrorCode::invalid_argument) {
    error.code = ErrorCode::invalid_request;
  }
  return error;
}

}  // namespace rakkan::api
