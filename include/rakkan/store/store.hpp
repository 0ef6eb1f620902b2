// Store is Rakkan's durable state behind one interface: SQLite now, PostgreSQL for many nodes to come. A function that
// returns success has made its change durable (fsync included). Credentials, PINs and API keys are read here and
// changed by Ledger::commit alone, so that no change is without its entry in the log. Thread-safe; one process, and in
// it one Store, has a data folder at a time (it holds the DataFolder). Every function fails with store_unavailable
// (disk, lock) or store_corrupt (a row that we did not write).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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
#include "rakkan/store/credential_row.hpp"
#include "rakkan/store/evidence_row.hpp"
#include "rakkan/store/ledger.hpp"
#include "rakkan/store/options.hpp"

namespace rakkan::store {

// One try of a PIN, counted as a failure before it is judged: a crash in between never gives a free try.
struct PinAttempt {
  ActivationSecret secret;
  unsigned failures = 0;  // failures in a row, this attempt included
};

// After a failure the next try has to wait, twice as long after each further one; in the end the PIN is locked.
struct LockPolicy {
  unsigned max_failures = 0;                           // of one tenant in a row
  std::optional<std::chrono::seconds> lock_time = {};  // nothing: until it is reset
  std::chrono::seconds first_wait{0};
  std::chrono::seconds longest_wait{0};
};

// Copying are the callbacks of a copy of the store that is being made. An error of either ends the copy.
struct Copying {
  std::function<Result<void>()> goes_on = {};  // called now and then, without a lock
  // Called once, when the copy is complete and as long as nothing can be committed: files that it reads belong to the
  // copy's state. Quick, and without a call of the store.
  std::function<Result<void>()> settled = {};
};

class Store : public Ledger, public ApiKeyStore {
 public:
  // Copies the whole store, as one commit left it, to a new file for its owner alone; synced when it returns. Commits
  // go on meanwhile: each waits for some hundred KiB to be copied at most, as for another commit. Records that were
  // erased before the copy was complete are not in it. already_exists; file_unwritable, file_unreadable,
  // resource_shortage of the file; store_unavailable.
  [[nodiscard]] virtual Result<void> copy_to(const std::filesystem::path& file, const Copying& copying = {}) = 0;

  // credential_unknown
  [[nodiscard]] virtual Result<CredentialRow> credential(const CredentialId& id) = 0;
  [[nodiscard]] virtual Result<std::vector<CredentialRow>> credentials() = 0;  // by id
  // Counts a failure of that tenant, durably, and hands out the secret. pin_not_set when the credential has no
  // PIN. Two errors count nothing: pin_locked when the tenant's failures are used up (a lock whose time is over starts
  // its count afresh), and pin_wait, with the time, while the wait for its last failure lasts. A tenant that never had
  // the PIN right waits for the failures of all tenants together as well, and is never locked by them.
  [[nodiscard]] virtual Result<PinAttempt> begin_pin_attempt(const CredentialId& id, const TenantId& tenant,
                                                             const LockPolicy& policy, Instant now) = 0;
  // The PIN was right: the tenant's failures are forgotten, and those of others no longer concern it.
  [[nodiscard]] virtual Result<void> forgive_pin_failures(const CredentialId& id, const TenantId& tenant) = 0;
  // Succeeds when the code with this hash is the credential's and its time is not over. A wrong code is counted for
  // that tenant, durably, before this returns; it is counted where no code is open too, so that no caller learns
  // whether one is. pin_code_unknown for a wrong code; pin_code_exhausted, whatever the code, when `most_wrong` were
  // counted since the last code was issued; pin_code_expired for the right code; credential_unknown.
  [[nodiscard]] virtual Result<void> judge_pin_code(const CredentialId& id, const TenantId& tenant, ByteView hash,
                                                    unsigned most_wrong, Instant now) = 0;
  // A number that no call has ever returned for this unit, from 1 on; durable before it is returned.
  [[nodiscard]] virtual Result<std::uint64_t> next_tsu_epoch(const CredentialId& unit) = 0;

  // The cached evidence, in the order in which it was kept: each row as it was kept, or not at all.
  [[nodiscard]] virtual Result<std::vector<EvidenceRow>> evidence() = 0;
  [[nodiscard]] virtual Result<std::vector<std::string>> evidence_keys() = 0;  // the keys of these rows
  // Durable when it returns. A large change is made in several transactions, between which others commit. A crash in
  // between leaves of each row the older one, the newer one, or none. Rows that are gone are overwritten where they
  // stand (purge() takes away what the files still have of them), and their place is used again: the table is as large
  // as the most that was ever kept at once. invalid_argument for a row that is too large, and for two of one key.
  [[nodiscard]] virtual Result<void> change_evidence(const EvidenceChange& change) = 0;
};

// Opens or creates <data_dir>/rakkan.db (owner only) and brings its schema to this version; a newer schema is
// store_unavailable, and so is a database that another process has open. `files` outlives the store.
[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& data_dir,
                                                         const Options& options = {},
                                                         FileSystem& files = posix_file_system());

}  // namespace rakkan::store
