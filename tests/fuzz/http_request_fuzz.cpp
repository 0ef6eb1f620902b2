// A request's head is found, and read, the same however it is cut; a path that is taken is a path; a body is no longer
// than its coding.
#include <cstdint>
#include <cstdlib>

#include "http/request_parser.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  const std::string_view text = text_of({data, size});
  http::HeadScanner whole(64);
  http::HeadScanner cut(64);
  const auto head = whole.scan(text);
  auto piecewise = cut.scan(text.substr(0, 0));
  for (std::size_t end = 1; piecewise && !*piecewise && end <= size; ++end) {
    piecewise = cut.scan(text.substr(0, end));
  }
  if (head.has_value() != piecewise.has_value() || (head && *head != *piecewise)) {
    std::abort();
  }
  std::vector<http::Header> headers;
  http::RequestParser parser(headers);
  if (!head || !*head || !parser.parse_head(text.substr(0, **head))) {
    return 0;
  }
  const std::string_view path = parser.target().path;
  const bool whole_server = path == "*" && parser.method() == http::Method::options;
  if ((!path.starts_with('/') && !whole_server) || path.find_first_of("?#\\ ") != std::string_view::npos ||
      parser.target().absolute == parser.target().authority.host.empty()) {
    std::abort();
  }
  ByteView rest = ByteView(data, size).subspan(**head);
  while (!parser.is_done() && !rest.empty()) {
    const auto step = parser.parse_body(rest);
    if (!step || step->consumed == 0) {
      break;
    }
    step->data.size() <= step->consumed ? static_cast<void>(0) : std::abort();
    rest = rest.subspan(step->consumed);
  }
  return 0;
}
