// The head of an answer as bytes: status line, the server's own fields, the response's.
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

// Chunked when the response has a producer and the peer speaks HTTP/1.1; else its length is known or the end is the
// connection's.
void write_response_head(const Response& response, const AnswerFacts& facts, std::string& out);

// RFC 9110 §15: "Not Found"; empty for a status that has no name there.
[[nodiscard]] std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace rakkan::http
