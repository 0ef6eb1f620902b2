#include "http/client_address.hpp"

#include <algorithm>

#include "rakkan/http/text.hpp"

namespace rakkan::http {
namespace {

constexpr std::string_view kForwardedFor = "X-Forwarded-For";

}  // namespace

bool is_within(const IpAddress& address, std::span<const IpRange> ranges) noexcept {
  return std::any_of(ranges.begin(), ranges.end(), [&](const IpRange& range) { return range.contains(address); });
}

IpAddress client_address(const IpAddress& peer, std::span<const Header> headers, std::span<const IpRange> trusted) {
  const auto is_proxy = [&](const IpAddress& address) { return is_within(address, trusted); };
  if (!is_proxy(peer)) {
    return peer;
  }
  std::vector<std::string_view> said;  // the addresses in X-Forwarded-For, that of the nearest proxy last
  for (const Header& header : headers) {
    if (same_ignoring_case(header.name, kForwardedFor)) {
      for (std::string_view rest = header.value; !rest.empty();) {
        said.push_back(take_until(rest, ','));
      }
    }
  }
  IpAddress client = peer;
  for (auto text = said.rbegin(); text != said.rend() && is_proxy(client); ++text) {
    const auto address = IpAddress::parse(*text);
    if (!address) {
      break;
    }
    client = *address;
  }
  return client;
}

Result<std::vector<IpRange>> proxies_of(const std::vector<std::string>& texts) {
  std::vector<IpRange> ranges;
  for (const std::string& text : texts) {
    const auto range = IpRange::parse(text);
    if (!range) {
      return fail(ErrorCode::configuration_invalid, "must be an address or a range like 10.0.0.0/8", text);
    }
    ranges.push_back(*range);
  }
  return ranges;
}

}  // namespace rakkan::http
