#include "rakkan/fetch/origin.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

namespace rakkan::fetch {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

// The URL taken apart by libcurl, which asks it afterwards: both see the same host. Null for a text that is none.
Url parse(const std::string& text, unsigned flags = 0) {
  Url url(curl_url());
  return url && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), flags) == CURLUE_OK ? std::move(url) : nullptr;
}

std::string part(const Url& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) {
    return {};
  }
  std::string result(text);
  curl_free(text);
  return result;
}

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

struct Block {
  std::array<Byte, 16> first;
  unsigned bits;
};

constexpr Block v4(Byte a, Byte b, Byte c, unsigned bits) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, a, b, c, 0}, 96 + bits};
}
constexpr Block v6(Byte a, Byte b, Byte c, Byte d, unsigned bits) {
  return {{a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, bits};
}

// Blocks of the IANA registries of special-purpose addresses (RFC 6890), as of 2026, that are not globally reachable
// unicast or hide another address.
constexpr std::array kSpecialV4 = {
    v4(0, 0, 0, 8),        // this host on this network (RFC 791)
    v4(10, 0, 0, 8),       // private use (RFC 1918)
    v4(100, 64, 0, 10),    // shared address space (RFC 6598)
    v4(127, 0, 0, 8),      // loopback
    v4(169, 254, 0, 16),   // link-local (RFC 3927), and the metadata services of clouds
    v4(172, 16, 0, 12),    // private use
    v4(192, 0, 0, 24),     // protocol assignments (RFC 6890)
    v4(192, 0, 2, 24),     // documentation (RFC 5737)
    v4(192, 88, 99, 24),   // relays of 6to4 (RFC 7526)
    v4(192, 168, 0, 16),   // private use
    v4(198, 18, 0, 15),    // benchmarks (RFC 2544)
    v4(198, 51, 100, 24),  // documentation
    v4(203, 0, 113, 24),   // documentation
    v4(224, 0, 0, 4),      // multicast
    v4(240, 0, 0, 4),      // reserved, and the limited broadcast
};
constexpr Block kGlobalV6 = v6(0x20, 0, 0, 0, 3);  // the global unicast space (RFC 4291 §2.4)
constexpr std::array kSpecialV6 = {
    v6(0x20, 0x01, 0, 0, 23),        // protocol assignments: Teredo, ORCHID, benchmarks (RFC 2928)
    v6(0x20, 0x01, 0x0D, 0xB8, 32),  // documentation (RFC 3849)
    v6(0x20, 0x02, 0, 0, 16),        // 6to4 (RFC 3056)
    v6(0x3F, 0xFF, 0, 0, 20),        // documentation (RFC 9637)
};

bool lies_in(const IpAddress& address, const Block& block) noexcept {
  return address.prefix(block.bits).octets == block.first;
}

template <std::size_t N>
bool lies_in_any(const IpAddress& address, const std::array<Block, N>& blocks) noexcept {
  return std::any_of(blocks.begin(), blocks.end(), [&](const Block& block) { return lies_in(address, block); });
}

}  // namespace

Result<Origin> Origin::of(const std::string& url) {
  const auto refuse = [&](std::string why) { return fail(ErrorCode::configuration_invalid, std::move(why)); };
  const Url parsed = parse(url, CURLU_NON_SUPPORT_SCHEME);
  if (!parsed) {
    return refuse("not a URL");
  }
  Origin origin;
  origin.scheme = in_lower_case(part(parsed, CURLUPART_SCHEME));
  if (origin.scheme != "http" && origin.scheme != "https") {
    return refuse("not an http or https URL");
  }
  if (!part(parsed, CURLUPART_USER).empty() || !part(parsed, CURLUPART_PASSWORD).empty()) {
    return refuse("a user name or password stands in the URL");
  }
  origin.host = in_lower_case(part(parsed, CURLUPART_HOST));
  if (origin.host.starts_with('[') && origin.host.ends_with(']')) {
    origin.host = origin.host.substr(1, origin.host.size() - 2);
  }
  const std::string port = part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), origin.port);
  if (origin.host.empty() || error != std::errc() || end != port.data() + port.size() || origin.port == 0) {
    return refuse("the URL has no host or port");
  }
  return origin;
}

std::optional<IpAddress> Origin::literal() const { return IpAddress::parse(host); }

std::string to_string(const Origin& origin) {
  const bool bracketed = origin.host.find(':') != std::string::npos;
  return origin.scheme + "://" + (bracketed ? "[" + origin.host + "]" : origin.host) + ":" +
         std::to_string(origin.port);
}

std::optional<std::string> redirected(const std::string& url, const std::string& location) {
  const Url base = parse(url);
  if (!base || location.empty() ||
      curl_url_set(base.get(), CURLUPART_URL, location.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return std::nullopt;
  }
  curl_url_set(base.get(), CURLUPART_FRAGMENT, nullptr, 0);
  std::string result = part(base, CURLUPART_URL);
  return result.empty() ? std::nullopt : std::optional(std::move(result));
}

std::string shown_url(const std::string& url) {
  const Url parsed = parse(url, CURLU_NON_SUPPORT_SCHEME);
  if (!parsed) {
    return {};
  }
  for (const CURLUPart hidden :
       {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    curl_url_set(parsed.get(), hidden, nullptr, 0);
  }
  return part(parsed, CURLUPART_URL);
}

bool is_public(const IpAddress& address) noexcept {
  if (address.is_v4()) {
    return !lies_in_any(address, kSpecialV4);
  }
  return lies_in(address, kGlobalV6) && !lies_in_any(address, kSpecialV6);
}

Result<OutsideAddresses> OutsideAddresses::allowing(const std::vector<std::string>& origins, const std::string& key) {
  OutsideAddresses addresses;
  for (const std::string& text : origins) {
    const Result<Origin> origin = Origin::of(text);
    const Url url = parse(text);
    const std::string path = url ? part(url, CURLUPART_PATH) : "";
    const bool more = !url || (path != "/" && !path.empty()) || !part(url, CURLUPART_QUERY).empty() ||
                      !part(url, CURLUPART_FRAGMENT).empty();
    if (!origin || more) {
      return fail(ErrorCode::configuration_invalid, "not an origin like https://host:port: " + text, key);
    }
    addresses.allowed_.insert(*origin);
  }
  return addresses;
}

}  // namespace rakkan::fetch
