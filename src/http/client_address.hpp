// Who calls, when proxies stand between.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rakkan/base/ip_address.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/http/request.hpp"

namespace rakkan::http {

// The caller's address: the socket's, or, when that is a trusted proxy's, what it and the proxies before it say in
// X-Forwarded-For, read from the right up to the first address that is no trusted proxy. Text that is no address ends
// the reading: whoever wrote it is the caller.
[[nodiscard]] IpAddress client_address(const IpAddress& peer, std::span<const Header> headers,
                                       std::span<const IpRange> trusted);

[[nodiscard]] bool is_within(const IpAddress& address, std::span<const IpRange> ranges) noexcept;

// configuration_invalid with the text that is no address and no range.
[[nodiscard]] Result<std::vector<IpRange>> proxies_of(const std::vector<std::string>& texts);

}  // namespace rakkan::http
