// RequestParser parses a request's head from its bytes, and takes its body out of the transfer coding, with Beast's
// parser. It is strict where leniency lets two servers see two requests (RFC 9112 §11.2): Content-Length beside
// Transfer-Encoding, repeated fields, obs-fold, malformed line ends and a Host that is not the target's are refused.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "http/request_target.hpp"
#include "rakkan/http/request.hpp"

namespace rakkan::http {

// HeadScanner finds the end of a head while it arrives.
class HeadScanner {
 public:
  explicit HeadScanner(unsigned most_lines) noexcept : most_lines_(most_lines) {}

  // Scans `bytes`, which are those of the last call with more behind them. Returns the size of the head with its empty
  // line; nothing while it goes on. malformed_request, request_header_too_large.
  [[nodiscard]] Result<std::optional<std::size_t>> scan(std::string_view bytes);

 private:
  unsigned most_lines_;
  unsigned lines_ = 0;
  std::size_t line_ = 0;     // position of the current line
  std::size_t scanned_ = 0;  // bytes that were looked at
};

class RequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  // Fills `headers`, whose views point into the head that is given to parse_head.
  explicit RequestParser(std::vector<Header>& headers);

  // Parses a whole head, as the scanner found it. malformed_request.
  [[nodiscard]] Result<void> parse_head(std::string_view head);

  [[nodiscard]] Method method() const noexcept { return method_; }
  [[nodiscard]] const RequestTarget& target() const noexcept { return target_; }
  [[nodiscard]] bool is_http_1_1() const noexcept { return version_ == 11; }
  [[nodiscard]] bool keep_alive() const { return basic_parser::keep_alive(); }
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }
  // The length of the body: 0 without a body; nothing when it is chunked.
  [[nodiscard]] std::optional<std::uint64_t> body_length() const;
  // The bytes of the body that were not parsed yet; nothing when it is chunked, or there is none.
  [[nodiscard]] std::optional<std::uint64_t> body_missing() const;

  struct Step {
    std::size_t consumed = 0;
    ByteView data;  // bytes of the body, a view into the input; empty with nothing consumed: more input is needed
  };
  [[nodiscard]] Result<Step> parse_body(ByteView input);
  [[nodiscard]] bool is_done() const { return basic_parser::is_done(); }

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;
  using Field = boost::beast::http::field;

  void on_request_impl(boost::beast::http::verb verb, Text method, Text target, int version, Code& error) override;
  void on_response_impl(int, Text, int, Code&) override {}
  void on_field_impl(Field field, Text name, Text value, Code& error) override;
  void on_header_impl(Code& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(Text body, Code& error) override;
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code& error) override;
  void on_finish_impl(Code&) override {}

  [[nodiscard]] bool first_time(Field field, std::string_view name) noexcept;
  void refuse(std::string what, Code& error);

  std::vector<Header>& headers_;
  Method method_ = Method::other;
  int version_ = 0;
  RequestTarget target_;
  std::optional<Authority> host_;
  unsigned seen_ = 0;  // the fields so far that may occur only once, a bit for each
  bool in_trailer_ = false;
  bool chunked_ = false;
  bool expects_continue_ = false;
  ByteView data_;
  std::string refusal_;
};

}  // namespace rakkan::http
