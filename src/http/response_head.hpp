// Writing the head of an answer: status line, the server's own fields, the response's fields.
#pragma once

#include <string>
#include <string_view>

#include "rakkan/http/response.hpp"

namespace rakkan::http {

struct AnswerFacts {
  std::string_view date;  // a whole field line
  std::string_view request_id;
  bool http_1_1 = true;
  bool keep_alive = false;
};

// Writes the head. The body is chunked when the response has a producer and the peer speaks HTTP/1.1; else its length
// is known, or it ends with the connection.
void write_response_head(const Response& response, const AnswerFacts& facts, std::string& out);

// The name of a status in RFC 9110 §15 ("Not Found"); empty for a status that has none.
[[nodiscard]] std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace rakkan::http
