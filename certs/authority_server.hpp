// AuthorityServer serves a DevelopmentAuthority over HTTP at the origin that its certificates name, on loopback alone.
#pragma once

#include <memory>

#include "development_authority.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::certs {

class AuthorityServer {
 public:
  // Starts serving; all three outlive the server. address_in_use, configuration_invalid, resource_shortage.
  [[nodiscard]] static Result<std::unique_ptr<AuthorityServer>> start(DevelopmentAuthority& authority,
                                                                      const Clock& clock, RandomSource& random);
  ~AuthorityServer();  // finishes the requests that it accepted

 private:
  struct Impl;
  explicit AuthorityServer(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::certs
