// Activation is a party's PIN for the party's own key (当事者型): Argon2id (RFC 9106), one secret per credential, so
// that one party's PIN never activates another's key. A failure is counted durably before the PIN is judged.
#pragma once

#include <array>
#include <mutex>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/store/store.hpp"

namespace rakkan::service {

class Activation {
 public:
  // The arguments outlive this. Hashing runs on `pool`, whose bound is the bound of all guessing.
  Activation(store::Store& store, async::BoundedPool& pool, const Clock& clock, RandomSource& random, PinPolicy policy);

  // The credential's first PIN. already_exists, invalid_argument (too short).
  [[nodiscard]] Result<void> set_pin(const CredentialId& id, const SecureBytes& pin, async::Deadline deadline);
  // A new one by whoever knows the old one. pin_incorrect, pin_locked, invalid_argument.
  [[nodiscard]] Result<void> change_pin(const CredentialId& id, const SecureBytes& old_pin, const SecureBytes& new_pin,
                                        async::Deadline deadline);
  // Is it the credential's PIN? activation_missing (none set), pin_incorrect, pin_locked, overloaded,
  // deadline_exceeded.
  [[nodiscard]] Result<void> verify_pin(const CredentialId& id, const SecureBytes& pin, async::Deadline deadline);

 private:
  // Both run on the pool. judge: the credential's secret, when the PIN is right.
  [[nodiscard]] Result<store::ActivationSecret> judge(const CredentialId& id, const SecureBytes& pin);
  [[nodiscard]] Result<store::ActivationSecret> make_secret(const SecureBytes& pin);
  [[nodiscard]] Result<void> check_length(const SecureBytes& pin) const;

  store::Store* store_;
  async::BoundedPool* pool_;
  const Clock* clock_;
  RandomSource* random_;
  PinPolicy policy_;
  // One attempt a credential at a time (by the id's hash): each counts as a failure until it is judged, so several
  // right ones at once would lock each other out.
  std::array<std::mutex, 64> turns_;
};

}  // namespace rakkan::service
