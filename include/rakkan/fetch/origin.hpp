// Origin is the scheme, host and port of a URL (RFC 6454 §4), and OutsideAddresses is the judgement which addresses may
// be asked on behalf of a certificate or a redirect: public ones, and exact origins that the operator allowed.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/ip_address.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::fetch {

struct Origin {
  std::string scheme;  // "http" or "https"
  std::string host;    // in lower case; an IPv6 address without brackets, an IPv4 address in dotted form
  std::uint16_t port = 0;

  // The origin of a URL. configuration_invalid for another scheme, for a URL with a user name in it, and for a text
  // that is no URL.
  [[nodiscard]] static Result<Origin> of(const std::string& url);
  // The host's address when it is written as one.
  [[nodiscard]] std::optional<IpAddress> literal() const;

  friend bool operator==(const Origin&, const Origin&) = default;
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

[[nodiscard]] std::string to_string(const Origin& origin);  // "https://tsa.example:443"

// The URL that a Location field means (RFC 9110 §10.2.2), relative to the URL that was asked; nothing when it is none.
[[nodiscard]] std::optional<std::string> redirected(const std::string& url, const std::string& location);

// A URL without user name, query and fragment, which may hold secrets or be long: for errors.
[[nodiscard]] std::string shown_url(const std::string& url);

// True for an address that is globally reachable unicast (the registries of RFC 6890): not private (RFC 1918, RFC
// 4193), shared (RFC 6598), loopback, link-local, multicast, unspecified, reserved, for documentation or benchmarks,
// nor one that hides an IPv4 address (64:ff9b::/96, 6to4, Teredo).
[[nodiscard]] bool is_public(const IpAddress& address) noexcept;

class OutsideAddresses {
 public:
  // configuration_invalid for an entry that is no origin: a scheme and a host, perhaps a port, nothing else.
  // `key` is the option's, for the error.
  [[nodiscard]] static Result<OutsideAddresses> allowing(const std::vector<std::string>& origins,
                                                         const std::string& key = "fetch.allowed_origins");
  [[nodiscard]] bool allows(const Origin& origin) const { return allowed_.contains(origin); }

 private:
  std::set<Origin> allowed_;
};

}  // namespace rakkan::fetch
