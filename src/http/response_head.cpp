#include "http/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rakkan::http {
namespace {

struct ReasonRow {
  unsigned status;
  std::string_view phrase;
};
constexpr std::array kReasons{
    ReasonRow{200, "OK"},
    ReasonRow{201, "Created"},
    ReasonRow{202, "Accepted"},
    ReasonRow{204, "No Content"},
    ReasonRow{304, "Not Modified"},
    ReasonRow{400, "Bad Request"},
    ReasonRow{401, "Unauthorized"},
    ReasonRow{403, "Forbidden"},
    ReasonRow{404, "Not Found"},
    ReasonRow{405, "Method Not Allowed"},
    ReasonRow{406, "Not Acceptable"},
    ReasonRow{408, "Request Timeout"},
    ReasonRow{409, "Conflict"},
    ReasonRow{413, "Content Too Large"},
    ReasonRow{415, "Unsupported Media Type"},
    ReasonRow{422, "Unprocessable Content"},
    ReasonRow{423, "Locked"},
    ReasonRow{429, "Too Many Requests"},
    ReasonRow{431, "Request Header Fields Too Large"},
    ReasonRow{500, "Internal Server Error"},
    ReasonRow{502, "Bad Gateway"},
    ReasonRow{503, "Service Unavailable"},
    ReasonRow{504, "Gateway Timeout"},
};

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

std::string_view reason_phrase(unsigned status) noexcept {
  const auto found =
      std::find_if(kReasons.begin(), kReasons.end(), [&](const ReasonRow& row) { return row.status == status; });
  return found == kReasons.end() ? std::string_view() : found->phrase;
}

void write_response_head(const Response& response, const AnswerFacts& facts, std::string& out) {
  out.assign("HTTP/1.1 ");
  append_number(out, response.status());
  out.append(" ").append(reason_phrase(response.status())).append("\r\n").append(facts.date);
  if (!facts.request_id.empty()) {
    out.append("X-Request-Id: ").append(facts.request_id).append("\r\n");
  }
  const bool streamed = response.producer() != nullptr;
  if (streamed && facts.http_1_1) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (!streamed && response.status() != 204 && response.status() != 304) {
    out.append("Content-Length: ");
    append_number(out, response.size());
    out.append("\r\n");
  }
  if (!facts.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (!facts.http_1_1) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append(response.fields()).append("\r\n");
}

}  // namespace rakkan::http
