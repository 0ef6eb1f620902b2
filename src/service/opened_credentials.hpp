// OpenedCredentials gives a use case its credential with the signer. A key that was not used yet is opened on the hsm
// pool. Thread-safe.
#pragma once

#include <memory>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/credentials/credential.hpp"

namespace rakkan::service {

class OpenedCredentials {
 public:
  // Both outlive it.
  OpenedCredentials(credentials::CredentialRegistry& registry, async::BoundedPool& hsm) noexcept
      : registry_(&registry), hsm_(&hsm) {}

  // As CredentialRegistry::load; overloaded and deadline_exceeded of the pool.
  [[nodiscard]] async::Task<Result<std::shared_ptr<const credentials::Credential>>> load(
      const access::Principal& principal, const CredentialId& id, async::Deadline deadline) {
    RAKKAN_CO_TRY(auto opened, registry_->opened(principal, id));
    if (opened != nullptr) {
      co_return opened;
    }
    const auto open = [&] { return registry_->load(principal, id); };
    co_return co_await async::run_on(*hsm_, open, deadline, principal.owner());
  }

 private:
  credentials::CredentialRegistry* registry_;
  async::BoundedPool* hsm_;
};

}  // namespace rakkan::service
