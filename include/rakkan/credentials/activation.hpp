// Activation is a party's PIN for the party's own key (当事者型): Argon2id (RFC 9106), one secret per credential, so
// that one party's PIN never activates another's key. A failure is counted durably before the PIN is judged, for the
// tenant whose principal tries it: the failures of one tenant lock no other out (docs/adr/0011).
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/credentials/options.hpp"
#include "rakkan/store/store.hpp"

namespace rakkan::credentials {

class Activation {
 public:
  // The arguments outlive this. Hashing runs on `pool`, whose bound is the bound of all guessing, and
  // which is shared between tenants. Changes are recorded.
  Activation(store::Store& store, audit::TrailWriter& trail, async::BoundedPool& pool, const Clock& clock,
             RandomSource& random, PinPolicy policy);

  // References outlive the task. All fail with overloaded, deadline_exceeded and audit_unavailable too.
  //
  // Sets the credential's first PIN. already_exists, invalid_argument (too short).
  [[nodiscard]] async::Task<Result<void>> set_pin(const access::Principal& by, const CredentialId& id,
                                                  const SecureBytes& pin, async::Deadline deadline);
  // Sets a new PIN for a caller that knows the old one. pin_incorrect, pin_wait, pin_locked, invalid_argument.
  [[nodiscard]] async::Task<Result<void>> change_pin(const access::Principal& by, const CredentialId& id,
                                                     const SecureBytes& old_pin, const SecureBytes& new_pin,
                                                     async::Deadline deadline);
  // An operator's way out of a lock: the PIN stays, the count of failures starts afresh, for `tenant` or, without one,
  // for all tenants. activation_missing.
  [[nodiscard]] async::Task<Result<void>> reset_failures(const access::Principal& by, const CredentialId& id,
                                                         const std::optional<TenantId>& tenant,
                                                         async::Deadline deadline);
  // Succeeds when `pin` is the credential's. activation_missing (none set), pin_incorrect, pin_wait, pin_locked,
  // api_key_expired: a caller whose API key has ended is not told whether the PIN was right.
  [[nodiscard]] async::Task<Result<void>> verify_pin(const access::Principal& by, const CredentialId& id,
                                                     const SecureBytes& pin, async::Deadline deadline);

 private:
  // Both run on the pool. judge returns the credential's secret when the PIN is right.
  [[nodiscard]] Result<store::ActivationSecret> judge(const access::Principal& by, const CredentialId& id,
                                                      const SecureBytes& pin);
  [[nodiscard]] Result<store::ActivationSecret> make_secret(const SecureBytes& pin);
  [[nodiscard]] Result<void> check_length(const SecureBytes& pin) const;
  // Commits the change and its entry in the trail in one transaction.
  [[nodiscard]] Result<void> commit(std::string event, const access::Principal& by, const CredentialId& id,
                                    store::RowChange change, const std::optional<TenantId>& tenant = std::nullopt);

  store::Store* store_;
  audit::TrailWriter* trail_;
  async::BoundedPool* pool_;
  const Clock* clock_;
  RandomSource* random_;
  PinPolicy policy_;
  // One attempt for each credential at a time (by the id's hash): an attempt counts as a failure until it is judged, so
  // several right PINs at once would lock each other out.
  std::array<std::mutex, 64> turns_;
};

}  // namespace rakkan::credentials
