// The address of a caller behind proxies.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rakkan/base/ip_address.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/http/request.hpp"

namespace rakkan::http {

// The caller's address: the socket's, or, when that is a trusted proxy's, the address that it and the proxies before it
// state in X-Forwarded-For, read from the right up to the first address that is no trusted proxy. Text that is no
// address ends the reading: the caller is then the writer of that text.
[[nodiscard]] IpAddress client_address(const IpAddress& peer, std::span<const Header> headers,
                                       std::span<const IpRange> trusted);

[[nodiscard]] bool is_within(const IpAddress& address, std::span<const IpRange> ranges) noexcept;

// Reads the address ranges of trusted proxies. configuration_invalid with the text that is neither an address nor a
// range.
[[nodiscard]] Result<std::vector<IpRange>> proxies_of(const std::vector<std::string>& texts);

}  // namespace rakkan::http
