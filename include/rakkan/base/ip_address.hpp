// Addresses of callers and ranges of them. An IPv4 address is kept as the IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2),
// so that a caller has the same address on an IPv4 and on an IPv6 socket.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"

namespace rakkan {

struct IpAddress {
  std::array<Byte, 16> octets{};

  // Reads "192.0.2.1" or "2001:db8::1", without zone or port.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  [[nodiscard]] bool is_v4() const noexcept;
  [[nodiscard]] bool is_loopback() const noexcept;  // 127.0.0.0/8, ::1
  // The address with all but its first `bits` bits cleared (of the 128).
  [[nodiscard]] IpAddress prefix(unsigned bits) const noexcept;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

[[nodiscard]] std::string to_string(const IpAddress& address);

// IpRange is a range in CIDR notation (RFC 4632): "192.0.2.0/24", "2001:db8::/32"; an address alone is a range of one.
class IpRange {
 public:
  // Reads a range; nothing for another text, and when bits after the prefix are set, which is a slip of its writer.
  [[nodiscard]] static std::optional<IpRange> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const noexcept { return address.prefix(bits_) == first_; }
  [[nodiscard]] bool contains(const IpRange& other) const noexcept {
    return other.bits_ >= bits_ && contains(other.first_);
  }

 private:
  IpRange(IpAddress first, unsigned bits) noexcept : first_(first), bits_(bits) {}
  IpAddress first_;
  unsigned bits_;
};

}  // namespace rakkan
