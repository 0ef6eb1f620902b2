// RequestTarget is the target of a request (RFC 9112 §3.2), read by RFC 3986 §3 and without any leniency, since a
// server in front of this one may have decided by the same text whether the caller may ask for it.
#pragma once

#include <string_view>

#include "rakkan/http/request.hpp"

namespace rakkan::http {

// Authority is host and port (RFC 9110 §4.2, RFC 3986 §3.2), as in a Host field and in the absolute form, without user
// information.
struct Authority {
  std::string_view host;  // as written; an IPv6 address with its brackets
  std::string_view port;  // digits, 0 to 65535; empty when it is not named

  // Parses an authority. An empty host is accepted: the caller decides whether it is allowed. malformed_request.
  [[nodiscard]] static Result<Authority> parse(std::string_view text);
};

struct RequestTarget {
  std::string_view path;   // begins with "/"; "*" for the server as a whole
  std::string_view query;  // without "?"
  // Only for the absolute form:
  bool absolute = false;
  Authority authority;
  std::string_view default_port;  // "80" or "443", by the scheme

  // Parses the origin form, the absolute form with http or https, and the asterisk form for OPTIONS. Everything else is
  // malformed_request: the authority form (tunnels are not offered), a fragment, user information, a backslash, an
  // authority without a host, and every character that no URI may have.
  [[nodiscard]] static Result<RequestTarget> parse(Method method, std::string_view text);

  // True when a Host field names the same place as the absolute form (RFC 9112 §3.2.2).
  [[nodiscard]] bool is_at(const Authority& host) const noexcept;
};

}  // namespace rakkan::http
