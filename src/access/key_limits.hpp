// Limits of a key that is made by another key: it gets no more than its maker has.
#pragma once

#include "rakkan/access/api_keys.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::access {

// The request with the maker's addresses and end where it names none. key_exceeds_maker, with the member in `where`,
// for another tenant, a scope that the maker does not have, a range that is in none of the maker's, or a later end.
[[nodiscard]] Result<NewApiKey> limited_by_maker(NewApiKey request, const ApiKey& maker);

}  // namespace rakkan::access
