// The guard of the API: it recognises the caller and checks its rights before a body is read.
#pragma once

#include "api/context.hpp"

namespace rakkan::api {

// Finds the key in "Authorization: Bearer" and its owner, checks that it has the route's scope, and sets caller and
// rate_key. A user of this machine needs no key and may do everything ("local:<uid>"), since the server's socket admits
// only the operator. api_key_missing, api_key_unknown, api_key_expired, address_not_allowed, scope_missing; each is
// recorded.
[[nodiscard]] async::Task<Result<void>> check_access(Context& context, const Route& route, Request& request);

// Makes a user of this machine the caller; internal for a request that came over a network.
[[nodiscard]] Result<void> admit_local_user(Request& request);

}  // namespace rakkan::api
