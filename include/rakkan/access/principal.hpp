// Principal is the caller of a use case: the owner of an API key, or a local user of the CLI. It alone decides which
// signatures, credentials and activations its caller may see.
#pragma once

#include <memory>
#include <string>

#include "rakkan/access/key_standing.hpp"
#include "rakkan/async/owner.hpp"
#include "rakkan/base/strong_id.hpp"

namespace rakkan::access {

struct Principal {
  std::string id;                               // "key:<id>", "local:<uid>"
  TenantId tenant = {};                         // the tenant that owns its signatures and activations
  bool any_tenant = false;                      // true for the local operator, who may see the things of every tenant
  std::shared_ptr<const KeyStanding> key = {};  // of its API key; null: the operator, or the service itself

  // Succeeds while the key that the principal was recognised by is still good. api_key_expired.
  [[nodiscard]] Result<void> still_stands(Instant now) const { return key ? key->holds(now) : Result<void>(); }

  // The owner of its work in pools and queues: its tenant, for all of the tenant's keys; without a tenant, itself.
  [[nodiscard]] async::Owner owner() const noexcept { return async::Owner::of(tenant.empty() ? id : tenant.value()); }

  // Credentials without a tenant (the operator's seals, the unit) may be used by everybody.
  [[nodiscard]] bool may_use_credential_of(const TenantId& owner) const noexcept {
    return any_tenant || owner.empty() || owner == tenant;
  }
  [[nodiscard]] bool may_read_signature_of(const TenantId& owner) const noexcept {
    return any_tenant || owner == tenant;
  }
};

}  // namespace rakkan::access
