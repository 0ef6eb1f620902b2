// Activation is a party's PIN for the party's own key (当事者型): Argon2id (RFC 9106), one secret per credential, so
// that one party's PIN never activates another's key. A failure is counted durably before the PIN is judged, for the
// tenant whose principal tries it: what one tenant gets wrong locks no other out (docs/adr/0011).
#pragma once

#include <array>
#include <cstdint>
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

// A single-use code by which a party sets its PIN: 100 random bits, in groups that a person can type.
struct PinCode {
  SecureBytes text;  // shown once; the store has its hash
  Instant expires;
};

class Activation {
 public:
  // The arguments outlive this. Hashing runs on `pool`, whose bound is the bound of all guessing, and
  // which is shared between tenants. Changes are recorded.
  Activation(store::Store& store, audit::TrailWriter& trail, async::BoundedPool& pool, const Clock& clock,
             RandomSource& random, PinPolicy policy);

  // References outlive the task. All fail with overloaded, deadline_exceeded and audit_unavailable too.
  //
  // The credential's first PIN. already_exists, invalid_argument (too short).
  [[nodiscard]] async::Task<Result<void>> set_pin(const access::Principal& by, const CredentialId& id,
                                                  const SecureBytes& pin, async::Deadline deadline);
  // A new one by whoever knows the old one; the index of its entry in the trail. What the old one activated stays
  // activated. pin_incorrect, pin_wait, pin_locked, pin_not_set, invalid_argument, api_key_expired.
  [[nodiscard]] async::Task<Result<std::uint64_t>> change_pin(const access::Principal& by, const CredentialId& id,
                                                              const SecureBytes& old_pin, const SecureBytes& new_pin,
                                                              async::Deadline deadline);
  // The first PIN or a new one by whoever has the code; the index of its entry in the trail. The code is used up, a
  // lock ends, and what the PIN before had activated is withdrawn in the store: all of it in one transaction with the
  // entry. pin_code_unknown, pin_code_expired, pin_code_exhausted, invalid_argument (too short; no code by its form,
  // which is not counted), credential_unknown, api_key_expired.
  [[nodiscard]] async::Task<Result<std::uint64_t>> set_pin_by_code(const access::Principal& by, const CredentialId& id,
                                                                   const SecureBytes& code, const SecureBytes& new_pin,
                                                                   async::Deadline deadline);
  // A code for the credential, in place of an earlier one; the PIN is good until the code is used. credential_unknown.
  [[nodiscard]] async::Task<Result<PinCode>> issue_code(const access::Principal& by, const CredentialId& id,
                                                        async::Deadline deadline);
  // Ends it before its time. pin_code_unknown when there is none.
  [[nodiscard]] async::Task<Result<void>> withdraw_code(const access::Principal& by, const CredentialId& id,
                                                        async::Deadline deadline);
  // An operator's way out of a lock: the PIN stays, the count of failures starts afresh, for one tenant or (nothing)
  // for all. pin_not_set.
  [[nodiscard]] async::Task<Result<void>> reset_failures(const access::Principal& by, const CredentialId& id,
                                                         const std::optional<TenantId>& tenant,
                                                         async::Deadline deadline);
  // Is it the credential's PIN? pin_not_set, pin_incorrect, pin_wait, pin_locked, api_key_expired: a key that ended is
  // not told.
  [[nodiscard]] async::Task<Result<void>> verify_pin(const access::Principal& by, const CredentialId& id,
                                                     const SecureBytes& pin, async::Deadline deadline);
  // The same, and what a commit needs to hold only while the PIN is still that one.
  [[nodiscard]] async::Task<Result<store::PinStanding>> prove_pin(const access::Principal& by, const CredentialId& id,
                                                                  const SecureBytes& pin, async::Deadline deadline);

 private:
  // Both run on the pool. judge: the credential's secret, when the PIN is right.
  [[nodiscard]] Result<store::ActivationSecret> judge(const access::Principal& by, const CredentialId& id,
                                                      const SecureBytes& pin);
  [[nodiscard]] Result<store::ActivationSecret> make_secret(const SecureBytes& pin);
  [[nodiscard]] Result<void> check_length(const SecureBytes& pin) const;
  // The change and its entry, in one transaction; the entry's index.
  [[nodiscard]] Result<std::uint64_t> commit(std::string event, std::string record, const access::Principal& by,
                                             store::RowChange change);

  store::Store* store_;
  audit::TrailWriter* trail_;
  async::BoundedPool* pool_;
  const Clock* clock_;
  RandomSource* random_;
  PinPolicy policy_;
  // One attempt a credential at a time (by the id's hash): each counts as a failure until it is judged, so several
  // right ones at once would lock each other out.
  std::array<std::mutex, 64> turns_;
};

}  // namespace rakkan::credentials
