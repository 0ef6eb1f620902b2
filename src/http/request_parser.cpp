#include "http/request_parser.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <limits>

#include "rakkan/http/text.hpp"

namespace rakkan::http {
namespace {

namespace beast = boost::beast::http;

// Bounds of the head. A caller that does not speak HTTP at all is refused at its first byte.
constexpr unsigned kMostEmptyLines = 2;  // before the request line: RFC 9112 §2.2

std::string_view view_of(boost::beast::string_view text) noexcept { return {text.data(), text.size()}; }

Method method_of(beast::verb verb) noexcept {
  switch (verb) {
    case beast::verb::get:
      return Method::get;
    case beast::verb::head:
      return Method::head;
    case beast::verb::post:
      return Method::post;
    case beast::verb::put:
      return Method::put;
    case beast::verb::patch:
      return Method::patch;
    case beast::verb::delete_:
      return Method::delete_;
    case beast::verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

// Fields that are meaningless, or mean different things to different readers, when they occur twice.
struct OnceRow {
  beast::field field;
  std::string_view name;  // for fields that Beast does not know
};
constexpr std::array kOnce{
    OnceRow{beast::field::host, ""},
    OnceRow{beast::field::content_length, ""},
    OnceRow{beast::field::content_type, ""},
    OnceRow{beast::field::transfer_encoding, ""},
    OnceRow{beast::field::authorization, ""},
    OnceRow{beast::field::expect, ""},
    OnceRow{beast::field::unknown, "Idempotency-Key"},
    OnceRow{beast::field::unknown, "X-Request-Id"},
    OnceRow{beast::field::unknown, "traceparent"},
};
constexpr unsigned kHostBit = 1;

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<std::optional<std::size_t>> HeadScanner::scan(std::string_view bytes) {
  for (;;) {
    const std::size_t end = bytes.find('\n', scanned_);
    if (lines_ == 0 && line_ < bytes.size() && !is_token_character(bytes[line_]) && bytes[line_] != '\r') {
      return fail(ErrorCode::malformed_request, "not HTTP");
    }
    if (end == std::string_view::npos) {
      scanned_ = bytes.size();
      return std::nullopt;
    }
    if (end == line_ || bytes[end - 1] != '\r') {
      return fail(ErrorCode::malformed_request, "a line of the header ends without CR LF");
    }
    const bool empty = end == line_ + 1;
    if (empty && lines_ > 0) {
      return end + 1;
    }
    if (empty && end + 1 > 2 * kMostEmptyLines) {
      return fail(ErrorCode::malformed_request, "too many empty lines");
    }
    if (bytes[line_] == ' ' || bytes[line_] == '\t') {
      return fail(ErrorCode::malformed_request, "a line of the header begins with a space");  // RFC 9112 §5.2 obs-fold
    }
    lines_ += empty ? 0U : 1U;
    if (lines_ > most_lines_ + 1) {
      return fail(ErrorCode::request_header_too_large, "more than " + std::to_string(most_lines_) + " fields");
    }
    line_ = scanned_ = end + 1;
  }
}

RequestParser::RequestParser(std::vector<Header>& headers) : headers_(headers) {
  headers_.clear();
  header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScanner bounds the head
  body_limit(boost::none);                                  // the route's limit bounds the body
}

Result<void> RequestParser::parse_head(std::string_view head) {
  while (head.starts_with("\r\n")) {
    head.remove_prefix(2);
  }
  Code error;
  put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || !is_header_done()) {
    return fail(ErrorCode::malformed_request, refusal_.empty() ? error.message() : refusal_);
  }
  return {};
}

std::optional<std::uint64_t> RequestParser::body_length() const {
  if (chunked_) {
    return std::nullopt;
  }
  const auto length = content_length();
  return length ? *length : 0;
}

std::optional<std::uint64_t> RequestParser::body_missing() const {
  const auto missing = content_length_remaining();
  return missing && !chunked_ ? std::optional<std::uint64_t>(*missing) : std::nullopt;
}

Result<RequestParser::Step> RequestParser::parse_body(ByteView input) {
  data_ = {};
  Code error;
  Step step;
  step.consumed = put(boost::asio::buffer(input.data(), input.size()), error);
  if (error && error != beast::error::need_more) {
    return fail(ErrorCode::malformed_request, refusal_.empty() ? error.message() : refusal_);
  }
  step.data = data_;
  return step;
}

void RequestParser::refuse(std::string what, Code& error) {
  refusal_ = std::move(what);
  error = beast::error::bad_field;
}

void RequestParser::on_request_impl(beast::verb verb, Text, Text target, int version, Code& error) {
  method_ = method_of(verb);
  version_ = version;
  auto read = RequestTarget::parse(method_, view_of(target));
  if (!read) {
    return refuse(std::move(read).error().detail, error);
  }
  target_ = *read;
}

bool RequestParser::first_time(Field field, std::string_view name) noexcept {
  for (std::size_t i = 0; i < kOnce.size(); ++i) {
    if (kOnce[i].field != field || (field == Field::unknown && !same_ignoring_case(kOnce[i].name, name))) {
      continue;
    }
    const unsigned bit = 1U << i;
    const bool first = (seen_ & bit) == 0;
    seen_ |= bit;
    return first;
  }
  return true;
}

void RequestParser::on_field_impl(Field field, Text field_name, Text field_value, Code& error) {
  if (in_trailer_) {
    return;  // a trailer field: no code uses one, and RFC 9110 §6.5.1 lets them be dropped
  }
  const std::string_view name = view_of(field_name);
  const std::string_view value = view_of(field_value);
  if (!first_time(field, name)) {
    return refuse("the field " + std::string(name) + " occurs twice", error);
  }
  if (field == Field::content_length && !all_digits(value)) {
    return refuse("Content-Length is not a number", error);
  }
  if (field == Field::host) {
    auto host = Authority::parse(value);
    if (!host) {
      return refuse("Host: " + std::move(host).error().detail, error);
    }
    host_ = *host;
  }
  if (field == Field::transfer_encoding) {
    chunked_ = same_ignoring_case(value, "chunked");
    if (!chunked_ || !is_http_1_1()) {
      return refuse("the only transfer coding is chunked, in HTTP/1.1", error);
    }
  }
  if (field == Field::expect) {
    expects_continue_ = same_ignoring_case(value, "100-continue");
    if (!expects_continue_) {
      return refuse("the expectation is not known", error);
    }
  }
  headers_.push_back({name, value});
}

void RequestParser::on_header_impl(Code& error) {
  in_trailer_ = true;
  if (is_http_1_1() && (seen_ & kHostBit) == 0) {
    return refuse("HTTP/1.1 without Host", error);  // RFC 9112 §3.2
  }
  // Two different names of the place are refused: a server in front of this one may have decided by the other name.
  if (target_.absolute && host_ && !target_.is_at(*host_)) {
    refuse("Host is not the request target's", error);
  }
}

std::size_t RequestParser::on_body_impl(Text body, Code&) {
  data_ = bytes_of(view_of(body));
  return body.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, Code&) {
  data_ = bytes_of(view_of(body));
  return body.size();
}

}  // namespace rakkan::http
