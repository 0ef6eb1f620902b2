// What a request is for (RFC 9112 §3.2): its target, read by RFC 3986 §3 and nothing more lenient, since another reader
// in front of this server may have decided by the same text who may ask for what.
#pragma once

#include <string_view>

#include "rakkan/http/request.hpp"

namespace rakkan::http {

// Host and port (RFC 9110 §4.2, RFC 3986 §3.2), as in a Host field and in the absolute form. No user information.
struct Authority {
  std::string_view host;  // as written; an IPv6 address with its brackets
  std::string_view port;  // digits, 0 to 65535; empty when it is not named

  // malformed_request. An empty host is read: it is the caller's business whether there may be none.
  [[nodiscard]] static Result<Authority> parse(std::string_view text);
};

struct RequestTarget {
  std::string_view path;   // begins with "/"; "*" for the server as a whole
  std::string_view query;  // without "?"
  // Of the absolute form alone:
  bool absolute = false;
  Authority authority;
  std::string_view default_port;  // "80" or "443", by the scheme

  // Origin form, absolute form with http or https, asterisk form for OPTIONS. Everything else is malformed_request: the
  // authority form (nobody may tunnel), a fragment, user information, a backslash, an authority without a host, and
  // every character that stands in no URI.
  [[nodiscard]] static Result<RequestTarget> parse(Method method, std::string_view text);

  // Whether a Host field names the same place as the absolute form (RFC 9112 §3.2.2).
  [[nodiscard]] bool is_at(const Authority& host) const noexcept;
};

}  // namespace rakkan::http
