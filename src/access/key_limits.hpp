// What a key that makes another may hand on: no more than it has itself.
#pragma once

#include "rakkan/access/api_keys.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::access {

// The request with the maker's addresses and end where it names none. key_exceeds_maker, `where` the member: another
// tenant, a scope that the maker does not have, a range that is in none of the maker's, a later end.
[[nodiscard]] Result<NewApiKey> limited_by_maker(NewApiKey request, const ApiKey& maker);

}  // namespace rakkan::access
