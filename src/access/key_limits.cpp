#include "access/key_limits.hpp"

#include <algorithm>
#include <utility>

namespace rakkan::access {
namespace {

tl::unexpected<Error> beyond(std::string what, std::string member) {
  return fail(ErrorCode::key_exceeds_maker, std::move(what), std::move(member));
}

Result<void> check_scopes(const ScopeSet& wanted, const ScopeSet& makers) {
  for (const Scope scope : kScopes) {
    if (wanted.has(scope) && !makers.has(scope)) {
      return beyond("the key that makes it does not have the scope " + std::string(name(scope)), "scopes");
    }
  }
  return {};
}

// Both lists were checked to hold ranges.
Result<void> check_addresses(const std::vector<std::string>& wanted, const std::vector<std::string>& makers) {
  for (const std::string& text : wanted) {
    const auto range = IpRange::parse(text);
    const bool within = std::any_of(makers.begin(), makers.end(), [&](const std::string& maker) {
      const auto outer = IpRange::parse(maker);
      return range && outer && outer->contains(*range);
    });
    if (!within) {
      return beyond(text + " is not within a range of the key that makes it", "addresses");
    }
  }
  return {};
}

}  // namespace

Result<NewApiKey> limited_by_maker(NewApiKey request, const ApiKey& maker) {
  if (request.tenant != maker.tenant) {
    return beyond("the key that makes it is another tenant's", "tenant");
  }
  RAKKAN_CHECK(check_scopes(request.scopes, maker.scopes));
  if (request.addresses.empty()) {
    request.addresses = maker.addresses;
  } else if (!maker.addresses.empty()) {
    RAKKAN_CHECK(check_addresses(request.addresses, maker.addresses));
  }
  if (!request.expires) {
    request.expires = maker.expires;
  } else if (maker.expires && *request.expires > *maker.expires) {
    return beyond("the key that makes it ends at " + to_rfc3339(*maker.expires), "expires");
  }
  return request;
}

}  // namespace rakkan::access
