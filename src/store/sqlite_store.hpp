#pragma once

#include <mutex>
#include <utility>

#include "rakkan/store/store.hpp"
#include "store/sqlite.hpp"

namespace rakkan::store {

// One connection behind one lock: its writes are short, and the hot path of signing asks nothing here.
class SqliteStore final : public Store {
 public:
  explicit SqliteStore(Database database) noexcept : database_(std::move(database)) {}

  [[nodiscard]] Result<void> add_credential(const CredentialRow& row) override;
  [[nodiscard]] Result<CredentialRow> credential(const CredentialId& id) override;
  [[nodiscard]] Result<std::vector<CredentialRow>> credentials() override;
  [[nodiscard]] Result<void> activate_credential(const CredentialId& id,
                                                 const std::vector<Bytes>& certificates) override;
  [[nodiscard]] Result<void> disable_credential(const CredentialId& id) override;
  [[nodiscard]] Result<void> add_activation_secret(const CredentialId& id, const ActivationSecret& secret) override;
  [[nodiscard]] Result<void> replace_activation_secret(const CredentialId& id, const ActivationSecret& expected,
                                                       const ActivationSecret& secret) override;
  [[nodiscard]] Result<PinAttempt> begin_pin_attempt(const CredentialId& id, const LockPolicy& policy,
                                                     Instant now) override;
  [[nodiscard]] Result<void> forgive_pin_failures(const CredentialId& id) override;
  [[nodiscard]] Result<std::uint64_t> next_tsu_epoch(const CredentialId& unit) override;

 private:
  std::mutex mutex_;
  Database database_;
};

}  // namespace rakkan::store
