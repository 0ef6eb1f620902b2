#include "http/request_target.hpp"

#include <algorithm>
#include <charconv>

#include "rakkan/base/ip_address.hpp"
#include "rakkan/http/text.hpp"

namespace rakkan::http {
namespace {

struct SchemeRow {
  std::string_view begin;
  std::string_view port;
};
constexpr std::array kSchemes{SchemeRow{"http://", "80"}, SchemeRow{"https://", "443"}};

tl::unexpected<Error> malformed(std::string what) { return fail(ErrorCode::malformed_request, std::move(what)); }

constexpr bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// True for text of unreserved characters, sub-delims, percent-encoded octets (RFC 3986 §2), and characters of `more`.
bool is_made_of(std::string_view text, std::string_view more) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) {
        return false;
      }
      i += 2;
      continue;
    }
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~!$&'()*+,;=").find(c) != std::string_view::npos;
    if (!plain && more.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_path(std::string_view text) noexcept { return is_made_of(text, ":@/"); }    // §3.3
bool is_query(std::string_view text) noexcept { return is_made_of(text, ":@/?"); }  // §3.4

bool is_port(std::string_view text) noexcept {
  std::uint16_t number = 0;
  const char* const end = text.data() + text.size();
  return text.empty() || std::from_chars(text.data(), end, number) == std::from_chars_result{end, std::errc()};
}

// True for a host (§3.2.2). Addresses of a future version (IPvFuture) and zones are not accepted.
bool is_host(std::string_view text) noexcept {
  if (!text.starts_with('[')) {
    return is_made_of(text, "");
  }
  if (!text.ends_with(']') || text.find(':') == std::string_view::npos) {
    return false;
  }
  return IpAddress::parse(text.substr(1, text.size() - 2)).has_value();
}

std::size_t end_before(std::string_view text, std::string_view stops) noexcept {
  return std::min(text.find_first_of(stops), text.size());
}

}  // namespace

Result<Authority> Authority::parse(std::string_view text) {
  if (text.find('@') != std::string_view::npos) {
    return malformed("user information before a host");
  }
  const std::size_t bracket = text.starts_with('[') ? end_before(text, "]") : 0;
  const std::size_t colon = std::min(text.find(':', bracket), text.size());
  Authority authority{text.substr(0, colon), text.substr(std::min(colon + 1, text.size()))};
  if (!is_host(authority.host)) {
    return malformed("the host is malformed");
  }
  if (!is_port(authority.port)) {
    return malformed("the port is malformed");
  }
  return authority;
}

Result<RequestTarget> RequestTarget::parse(Method method, std::string_view text) {
  RequestTarget target;
  for (const SchemeRow& scheme : kSchemes) {
    if (same_ignoring_case(text.substr(0, scheme.begin.size()), scheme.begin)) {
      text.remove_prefix(scheme.begin.size());
      // §3.2: the authority ends at the next slash, question mark or number sign, or with the text.
      const std::size_t end = end_before(text, "/?#");
      RAKKAN_TRY(target.authority, Authority::parse(text.substr(0, end)));
      if (target.authority.host.empty()) {
        return malformed("a request target without a host");
      }
      text.remove_prefix(end);
      target.absolute = true;
      target.default_port = scheme.port;
      break;
    }
  }
  if (!target.absolute && text == "*" && method == Method::options) {
    target.path = text;
    return target;
  }
  const std::size_t question = end_before(text, "?");
  target.path = text.substr(0, question);
  target.query = text.substr(std::min(question + 1, text.size()));
  if (target.absolute && target.path.empty()) {
    // RFC 9112 §3.2.1: an empty path is "/"; for OPTIONS without a query it is the server as a whole (§3.2.4).
    target.path = method == Method::options && question == text.size() ? "*" : "/";
    return is_query(target.query) ? Result<RequestTarget>(target) : malformed("the query is malformed");
  }
  if (!target.path.starts_with('/')) {
    return malformed("the request target is not a path");
  }
  if (!is_path(target.path) || !is_query(target.query)) {
    return malformed("the request target is no URI");
  }
  return target;
}

bool RequestTarget::is_at(const Authority& host) const noexcept {
  const auto port = [this](const Authority& of) { return of.port.empty() ? default_port : of.port; };
  return same_ignoring_case(authority.host, host.host) && port(authority) == port(host);
}

}  // namespace rakkan::http
