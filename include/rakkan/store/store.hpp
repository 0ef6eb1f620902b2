// Store is Rakkan's durable state behind one interface: SQLite now, PostgreSQL for many nodes to come. A function that
// returns success has made its change durable (fsync included). Thread-safe; one process, and in it one Store, has a
// data folder at a time (DataFolder says who).
// Every function fails with store_unavailable (disk, lock) or store_corrupt (a row that we did not write).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/store/api_key_store.hpp"
#include "rakkan/store/ledger.hpp"
#include "rakkan/store/options.hpp"

namespace rakkan::store {

enum class CredentialKind : std::uint8_t { operator_seal, party, tsu };    // 立会人型, 当事者型, timestamps
enum class CredentialStatus : std::uint8_t { pending, active, disabled };  // pending: a key without certificate

[[nodiscard]] std::string_view name(CredentialKind kind) noexcept;  // "operator", "party", "tsu"
[[nodiscard]] std::string_view name(CredentialStatus status) noexcept;
[[nodiscard]] std::optional<CredentialKind> credential_kind_from_name(std::string_view name) noexcept;
[[nodiscard]] std::optional<CredentialStatus> credential_status_from_name(std::string_view name) noexcept;

struct CredentialRow {
  CredentialId id;
  CredentialKind kind{};
  PartyId party;  // whose key it is; empty unless kind is party
  std::string token_label;
  std::string key_label;
  Bytes key_id;          // CKA_ID
  std::string key_kind;  // crypto::name(KeyKind)
  std::string suite;     // crypto::AlgorithmSuite::name
  CredentialStatus status{};
  std::vector<Bytes> certificates;  // DER, the credential's own first; empty while pending
  Instant created;
  TenantId tenant{};  // whose keys alone may use or see it; empty: every tenant's
};

// How a PIN is kept: the hash with everything that is needed to compute it again.
struct ActivationSecret {
  Bytes hash;
  Bytes salt;
  std::uint32_t memory_kib = 0;
  std::uint32_t iterations = 0;
  std::uint32_t parallelism = 0;
};

// One try of a PIN, counted as a failure before it is judged: a crash in between never gives a free try.
struct PinAttempt {
  ActivationSecret secret;
  unsigned failures = 0;  // with this one
};

struct LockPolicy {
  unsigned max_failures = 0;
  std::optional<std::chrono::seconds> lock_time;  // nothing: until it is reset
};

class Store : public Ledger, public ApiKeyStore {
 public:
  // already_exists when the id is taken, by a disabled credential too.
  [[nodiscard]] virtual Result<void> add_credential(const CredentialRow& row) = 0;
  // credential_unknown
  [[nodiscard]] virtual Result<CredentialRow> credential(const CredentialId& id) = 0;
  [[nodiscard]] virtual Result<std::vector<CredentialRow>> credentials() = 0;  // by id
  // Sets the certificates and makes it active. credential_unknown, credential_disabled.
  [[nodiscard]] virtual Result<void> activate_credential(const CredentialId& id,
                                                         const std::vector<Bytes>& certificates) = 0;
  // For good. credential_unknown.
  [[nodiscard]] virtual Result<void> disable_credential(const CredentialId& id) = 0;

  // already_exists when the credential has one; credential_unknown.
  [[nodiscard]] virtual Result<void> add_activation_secret(const CredentialId& id, const ActivationSecret& secret) = 0;
  // Replaces the secret that equals `expected` and clears the failures. pin_incorrect when another one is there by now.
  [[nodiscard]] virtual Result<void> replace_activation_secret(const CredentialId& id, const ActivationSecret& expected,
                                                               const ActivationSecret& secret) = 0;
  // Counts a failure, durably, and hands out the secret. activation_missing when there is none; pin_locked when the
  // policy's failures are used up, without counting. A lock whose time is over starts the count afresh.
  [[nodiscard]] virtual Result<PinAttempt> begin_pin_attempt(const CredentialId& id, const LockPolicy& policy,
                                                             Instant now) = 0;
  // The PIN was right: the failures are forgotten.
  [[nodiscard]] virtual Result<void> forgive_pin_failures(const CredentialId& id) = 0;
  // An operator's way out of a lock: the count starts afresh, the PIN stays. activation_missing.
  [[nodiscard]] virtual Result<void> reset_pin_failures(const CredentialId& id) = 0;

  // A number that no call has ever returned for this unit, from 1 on; durable before it is returned.
  [[nodiscard]] virtual Result<std::uint64_t> next_tsu_epoch(const CredentialId& unit) = 0;
};

// Opens or creates <data_dir>/rakkan.db (owner only) and brings its schema to this version; a newer schema is
// store_unavailable, and so is a database that somebody else has open. `files` outlives the store.
[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& data_dir,
                                                         const Options& options = {},
                                                         FileSystem& files = posix_file_system());

}  // namespace rakkan::store
