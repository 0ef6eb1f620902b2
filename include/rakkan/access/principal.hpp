// Principal is who calls: the owner of an API key, or a local user of the CLI. Everything that names one asks it what
// it may see, and nothing else.
#pragma once

#include <memory>
#include <string>

#include "rakkan/access/key_standing.hpp"
#include "rakkan/async/owner.hpp"
#include "rakkan/base/strong_id.hpp"

namespace rakkan::access {

struct Principal {
  std::string id;                               // "key:<id>", "local:<uid>"
  TenantId tenant = {};                         // whose signatures and activations these are
  bool any_tenant = false;                      // the local operator: what belongs to one tenant is open to it too
  std::shared_ptr<const KeyStanding> key = {};  // of the owner of an API key; null: the operator, or the service itself

  // Whether the key that the principal was recognised by is still good. api_key_expired.
  [[nodiscard]] Result<void> still_stands(Instant now) const { return key ? key->holds(now) : Result<void>(); }

  // The owner of its work in pools and queues: its tenant, for all of the tenant's keys; without a tenant, itself.
  [[nodiscard]] async::Owner owner() const noexcept { return async::Owner::of(tenant.empty() ? id : tenant.value()); }

  // Credentials without a tenant (the operator's seals, the unit) are everybody's.
  [[nodiscard]] bool may_use_credential_of(const TenantId& owner) const noexcept {
    return any_tenant || owner.empty() || owner == tenant;
  }
  [[nodiscard]] bool may_read_signature_of(const TenantId& owner) const noexcept {
    return any_tenant || owner == tenant;
  }
};

}  // namespace rakkan::access
