// KeyHolder is the caller that the guard recognised: the owner of an API key, or the operator on the Unix socket.
#pragma once

#include <utility>

#include "rakkan/access/principal.hpp"
#include "rakkan/http/request.hpp"

namespace rakkan::api {

class KeyHolder final : public http::Caller {
 public:
  explicit KeyHolder(access::Principal principal) : principal_(std::move(principal)) {}

  [[nodiscard]] const access::Principal& principal() const noexcept { return principal_; }
  [[nodiscard]] async::Owner owner() const noexcept override { return principal_.owner(); }
  [[nodiscard]] std::string_view account() const noexcept override { return principal_.tenant.value(); }

 private:
  const access::Principal principal_;
};

// The principal of a request; null for a caller without a key, on a route that is open. The guard of access.hpp sets no
// other callers.
[[nodiscard]] inline const access::Principal* principal_or_null(const http::Request& request) noexcept {
  return request.caller ? &static_cast<const KeyHolder&>(*request.caller).principal() : nullptr;
}
// The principal of a request that the guard let pass with a key.
[[nodiscard]] inline const access::Principal& principal_of(const http::Request& request) noexcept {
  return *principal_or_null(request);
}

}  // namespace rakkan::api
