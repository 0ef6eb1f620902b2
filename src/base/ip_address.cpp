#include "rakkan/base/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace rakkan {
namespace {

constexpr std::array<Byte, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  IpAddress address;
  const std::string terminated(text);
  if (terminated.size() != std::strlen(terminated.c_str())) {
    return std::nullopt;
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), address.octets.data()) == 1) {
    return address;
  }
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.octets.begin());
  if (::inet_pton(AF_INET, terminated.c_str(), address.octets.data() + kV4Prefix.size()) == 1) {
    return address;
  }
  return std::nullopt;
}

bool IpAddress::is_v4() const noexcept { return std::equal(kV4Prefix.begin(), kV4Prefix.end(), octets.begin()); }

bool IpAddress::is_loopback() const noexcept {
  if (is_v4()) {
    return octets[12] == 127;
  }
  IpAddress one;
  one.octets[15] = 1;
  return *this == one;
}

IpAddress IpAddress::prefix(unsigned bits) const noexcept {
  IpAddress result = *this;
  for (unsigned i = 0; i < result.octets.size(); ++i) {
    const unsigned kept = bits > i * 8 ? std::min(8U, bits - i * 8) : 0;
    result.octets[i] = static_cast<Byte>(result.octets[i] & (0xFF00U >> kept));
  }
  return result;
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = address.is_v4();
  const Byte* octets = address.octets.data() + (v4 ? kV4Prefix.size() : 0);
  const char* written = ::inet_ntop(v4 ? AF_INET : AF_INET6, octets, text.data(), text.size());
  return written != nullptr ? written : "";
}

std::optional<IpRange> IpRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) {
    return std::nullopt;
  }
  const bool v4 = address->is_v4() && text.find(':') == std::string_view::npos;
  unsigned bits = v4 ? 32 : 128;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    unsigned given = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), given);
    if (error != std::errc{} || end != digits.data() + digits.size() || given > bits) {
      return std::nullopt;
    }
    bits = given;
  }
  bits += v4 ? 96 : 0;
  if (address->prefix(bits) != *address) {
    return std::nullopt;
  }
  return IpRange(*address, bits);
}

}  // namespace rakkan
