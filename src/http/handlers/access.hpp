// Who calls, and may they? Answered before a body is read.
#pragma once

#include <span>

#include "http/handlers/context.hpp"
#include "rakkan/base/ip_address.hpp"

namespace rakkan::http {

// The caller's address: the socket's, or, when that is a trusted proxy's, what it and the proxies before it say in
// X-Forwarded-For, read from the right up to the first address that is no trusted proxy. Text that is no address ends
// the reading: whoever wrote it is the caller.
[[nodiscard]] IpAddress client_address(const IpAddress& peer, std::span<const Header> headers,
                                       std::span<const IpRange> trusted);

// The guard: finds the key in "Authorization: Bearer", whose it is, and whether it has the route's scope; sets
// principal, rate_key and peer. api_key_missing, api_key_unknown, api_key_expired, address_not_allowed, scope_missing;
// each is recorded.
[[nodiscard]] async::Task<Result<void>> check_access(Context& context, const Route& route, Request& request);

}  // namespace rakkan::http
