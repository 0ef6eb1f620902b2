// Reading the JSON of a request.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/json/reader.hpp"

namespace rakkan::api {

// Parses the text: malformed_json with the position of the octet in `offset`. Values that are not as they must be are
// later invalid_request with the member in `where`.
[[nodiscard]] inline Result<json::Document> parse_json(ByteView text) {
  return json::Document::parse(text_of(text), {ErrorCode::malformed_json, ErrorCode::invalid_request});
}

// The error of a use case as that of a request: a value that the use case cannot use (invalid_argument) came in the
// request, so it becomes invalid_request.
[[nodiscard]] inline Error as_request_error(Error error) {
  if (error.code == ErrorCode::invalid_argument) {
    error.code = ErrorCode::invalid_request;
  }
  return error;
}

}  // namespace rakkan::api
