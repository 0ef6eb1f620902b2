#include "store/sqlite_store.hpp"

#include "store/sqlite_schema.hpp"

namespace rakkan::store {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unavailable(std::string what, const fs::path& path, Error cause) {
  return fail(
      Error{ErrorCode::store_unavailable, std::move(what), path.string(), std::nullopt, {}}.because(std::move(cause)));
}

// Makes the folder with its parents; the names of those that were made are on the disk then.
Result<void> make_durable_folder(FileSystem& files, const fs::path& folder) {
  RAKKAN_TRY(const bool there, files.exists(folder));
  if (there || !folder.has_relative_path()) {
    return {};
  }
  RAKKAN_CHECK(make_durable_folder(files, folder.parent_path()));
  RAKKAN_CHECK(files.make_folder(folder));
  return files.sync_folder(folder.parent_path());
}

// Makes the folder and an empty database file, both for their owner alone, and syncs the folder that names the file.
Result<void> make_durable_file(FileSystem& files, const fs::path& file) {
  RAKKAN_CHECK(make_durable_folder(files, file.parent_path()));
  RAKKAN_CHECK(files.open(file, FileMode::create_or_modify));
  return files.sync_folder(file.parent_path());
}

constexpr std::string_view kSelectCredential =
    "SELECT id, kind, party, token_label, key_label, key_id, key_kind, suite, status, created, tenant FROM credential";

// The row that `statement` (kSelectCredential) stands on, without its certificates.
Result<CredentialRow> read_credential(const Statement& statement) {
  CredentialRow row;
  RAKKAN_TRY(std::string id, statement.text(0));
  RAKKAN_TRY(const std::string kind, statement.text(1));
  RAKKAN_TRY(std::string party, statement.text(2));
  RAKKAN_TRY(row.token_label, statement.text(3));
  RAKKAN_TRY(row.key_label, statement.text(4));
  RAKKAN_TRY(row.key_id, statement.blob(5));
  RAKKAN_TRY(row.key_kind, statement.text(6));
  RAKKAN_TRY(row.suite, statement.text(7));
  RAKKAN_TRY(const std::string status, statement.text(8));
  RAKKAN_TRY(row.created, instant_column(statement, 9));
  RAKKAN_TRY(std::string tenant, statement.text(10));
  const auto known_kind = credential_kind_from_name(kind);
  const auto known_status = credential_status_from_name(status);
  if (!known_kind || !known_status) {
    return fail(ErrorCode::store_corrupt, "a credential of unknown kind or status", "credential " + id);
  }
  row.id = CredentialId(std::move(id));
  row.kind = *known_kind;
  row.party = PartyId(std::move(party));
  row.status = *known_status;
  row.tenant = TenantId(std::move(tenant));
  return row;
}

Result<std::vector<Bytes>> read_certificates(Database& database, const CredentialId& id) {
  RAKKAN_TRY(
      Statement statement,
      database.prepare("SELECT der FROM credential_certificate WHERE credential = ? ORDER BY position", id.value()));
  std::vector<Bytes> certificates;
  for (;;) {
    RAKKAN_TRY(const bool row, statement.step());
    if (!row) {
      return certificates;
    }
    RAKKAN_TRY(Bytes der, statement.blob(0));
    certificates.push_back(std::move(der));
  }
}

Result<void> write_certificates(Database& database, const CredentialId& id, const std::vector<Bytes>& certificates) {
  RAKKAN_CHECK(database.execute("DELETE FROM credential_certificate WHERE credential = ?", id.value()));
  std::int64_t position = 0;
  for (const Bytes& der : certificates) {
    RAKKAN_CHECK(database.execute("INSERT INTO credential_certificate (credential, position, der) VALUES (?, ?, ?)",
                                  id.value(), position, ByteView(der)));
    ++position;
  }
  return {};
}

tl::unexpected<Error> unknown_credential(const CredentialId& id) {
  return fail(ErrorCode::credential_unknown, "no credential has this id", "credential " + id.value());
}

Result<CredentialRow> find_credential(Database& database, const CredentialId& id) {
  RAKKAN_TRY(Statement statement, database.prepare(std::string(kSelectCredential) + " WHERE id = ?", id.value()));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return unknown_credential(id);
  }
  RAKKAN_TRY(CredentialRow row, read_credential(statement));
  RAKKAN_TRY(row.certificates, read_certificates(database, id));
  return row;
}

struct SecretRow {
  ActivationSecret secret;
  std::uint32_t failures = 0;
  Instant last_failure;
};

Result<std::optional<SecretRow>> find_secret(Database& database, const CredentialId& id) {
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT hash, salt, memory_kib, iterations, parallelism, failures, last_failure "
                              "FROM activation_secret WHERE credential = ?",
                              id.value()));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return std::nullopt;
  }
  SecretRow row;
  RAKKAN_TRY(row.secret.hash, statement.blob(0));
  RAKKAN_TRY(row.secret.salt, statement.blob(1));
  RAKKAN_TRY(row.secret.memory_kib, unsigned_column(statement, 2));
  RAKKAN_TRY(row.secret.iterations, unsigned_column(statement, 3));
  RAKKAN_TRY(row.secret.parallelism, unsigned_column(statement, 4));
  RAKKAN_TRY(row.failures, unsigned_column(statement, 5));
  RAKKAN_TRY(row.last_failure, instant_column(statement, 6));
  return row;
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const fs::path& data_dir, const Options& options, FileSystem& files) {
  const fs::path file = fs::absolute(data_dir).lexically_normal() / "rakkan.db";
  if (Result<void> made = make_durable_file(files, file); !made) {
    return unavailable("the database cannot be made", file, std::move(made).error());
  }
  RAKKAN_TRY(Database database, Database::open(files, file, options));
  RAKKAN_CHECK(migrate(database));
  RAKKAN_TRY(const JournalEnds ends, read_journal_ends(database));
  return std::make_unique<SqliteStore>(std::move(database), ends);
}

Result<void> SqliteStore::add_credential(const CredentialRow& row) {
  const std::scoped_lock lock(mutex_);
  return database_.transaction([&]() -> Result<void> {
    RAKKAN_TRY(
        const int added,
        database_.execute(
            "INSERT OR IGNORE INTO credential (id, kind, party, token_label, key_label, key_id, key_kind, suite, "
            "status, created, tenant) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row.id.value(), name(row.kind), row.party.value(), row.token_label, row.key_label, ByteView(row.key_id),
            row.key_kind, row.suite, name(row.status), milliseconds_of(row.created), row.tenant.value()));
    if (added == 0) {
      return fail(ErrorCode::already_exists, "a credential of this id exists", "credential " + row.id.value());
    }
    return write_certificates(database_, row.id, row.certificates);
  });
}

Result<CredentialRow> SqliteStore::credential(const CredentialId& id) {
  const std::scoped_lock lock(mutex_);
  return database_.snapshot([&] { return find_credential(database_, id); });
}

Result<std::vector<CredentialRow>> SqliteStore::credentials() {
  const std::scoped_lock lock(mutex_);
  return database_.snapshot([&]() -> Result<std::vector<CredentialRow>> {
    RAKKAN_TRY(Statement statement, database_.prepare(std::string(kSelectCredential) + " ORDER BY id"));
    std::vector<CredentialRow> rows;
    for (;;) {
      RAKKAN_TRY(const bool found, statement.step());
      if (!found) {
        return rows;
      }
      RAKKAN_TRY(CredentialRow row, read_credential(statement));
      RAKKAN_TRY(row.certificates, read_certificates(database_, row.id));
      rows.push_back(std::move(row));
    }
  });
}

Result<void> SqliteStore::activate_credential(const CredentialId& id, const std::vector<Bytes>& certificates) {
  const std::scoped_lock lock(mutex_);
  return database_.transaction([&]() -> Result<void> {
    RAKKAN_TRY(const CredentialRow row, find_credential(database_, id));
    if (row.status == CredentialStatus::disabled) {
      return fail(ErrorCode::credential_disabled, "a disabled credential stays disabled", "credential " + id.value());
    }
    RAKKAN_CHECK(write_certificates(database_, id, certificates));
    RAKKAN_CHECK(
        database_.execute("UPDATE credential SET status = ? WHERE id = ?", name(CredentialStatus::active), id.value()));
    return {};
  });
}

Result<void> SqliteStore::disable_credential(const CredentialId& id) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const int changed, database_.execute("UPDATE credential SET status = ? WHERE id = ?",
                                                  name(CredentialStatus::disabled), id.value()));
  if (changed == 0) {
    return unknown_credential(id);
  }
  return {};
}

Result<void> SqliteStore::add_activation_secret(const CredentialId& id, const ActivationSecret& secret) {
  const std::scoped_lock lock(mutex_);
  return database_.transaction([&]() -> Result<void> {
    RAKKAN_CHECK(find_credential(database_, id));
    RAKKAN_TRY(
        const int added,
        database_.execute(
            "INSERT OR IGNORE INTO activation_secret (credential, hash, salt, memory_kib, iterations, parallelism, "
            "failures, last_failure) VALUES (?, ?, ?, ?, ?, ?, 0, 0)",
            id.value(), ByteView(secret.hash), ByteView(secret.salt), std::int64_t{secret.memory_kib},
            std::int64_t{secret.iterations}, std::int64_t{secret.parallelism}));
    if (added == 0) {
      return fail(ErrorCode::already_exists, "the credential has a PIN", "credential " + id.value());
    }
    return {};
  });
}

Result<void> SqliteStore::replace_activation_secret(const CredentialId& id, const ActivationSecret& expected,
                                                    const ActivationSecret& secret) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const int changed,
             database_.execute(
                 "UPDATE activation_secret SET hash = ?, salt = ?, memory_kib = ?, iterations = ?, parallelism = ?, "
                 "failures = 0, last_failure = 0 WHERE credential = ? AND hash = ? AND salt = ?",
                 ByteView(secret.hash), ByteView(secret.salt), std::int64_t{secret.memory_kib},
                 std::int64_t{secret.iterations}, std::int64_t{secret.parallelism}, id.value(), ByteView(expected.hash),
                 ByteView(expected.salt)));
  if (changed == 0) {
    return fail(ErrorCode::pin_incorrect, "the PIN was changed meanwhile", "credential " + id.value());
  }
  return {};
}

Result<PinAttempt> SqliteStore::begin_pin_attempt(const CredentialId& id, const LockPolicy& policy, Instant now) {
  const std::scoped_lock lock(mutex_);
  return database_.transaction([&]() -> Result<PinAttempt> {
    RAKKAN_TRY(std::optional<SecretRow> row, find_secret(database_, id));
    if (!row) {
      return fail(ErrorCode::activation_missing, "no PIN was set for the credential", "credential " + id.value());
    }
    const bool lock_is_over = policy.lock_time && now >= row->last_failure + *policy.lock_time;
    if (row->failures >= policy.max_failures && !lock_is_over) {
      return fail(ErrorCode::pin_locked, std::to_string(row->failures) + " failures in a row",
                  "credential " + id.value());
    }
    const std::uint32_t failures = row->failures >= policy.max_failures ? 1 : row->failures + 1;
    RAKKAN_CHECK(database_.execute("UPDATE activation_secret SET failures = ?, last_failure = ? WHERE credential = ?",
                                   std::int64_t{failures}, milliseconds_of(now), id.value()));
    return PinAttempt{std::move(row->secret), failures};
  });
}

Result<void> SqliteStore::forgive_pin_failures(const CredentialId& id) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_CHECK(database_.execute("UPDATE activation_secret SET failures = 0 WHERE credential = ?", id.value()));
  return {};
}

Result<void> SqliteStore::reset_pin_failures(const CredentialId& id) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const int changed,
             database_.execute("UPDATE activation_secret SET failures = 0, last_failure = 0 WHERE credential = ?",
                               id.value()));
  if (changed == 0) {
    return fail(ErrorCode::activation_missing, "no PIN was set for the credential", "credential " + id.value());
  }
  return {};
}

Result<std::uint64_t> SqliteStore::next_tsu_epoch(const CredentialId& unit) {
  const std::scoped_lock lock(mutex_);
  return database_.transaction([&]() -> Result<std::uint64_t> {
    RAKKAN_TRY(Statement statement,
               database_.prepare("INSERT INTO tsu_epoch (unit, epoch) VALUES (?, 1) ON CONFLICT (unit) "
                                 "DO UPDATE SET epoch = epoch + 1 RETURNING epoch",
                                 unit.value()));
    RAKKAN_TRY(const bool row, statement.step());
    if (!row) {
      return fail(ErrorCode::store_corrupt, "no epoch came back");
    }
    RAKKAN_TRY(const std::int64_t epoch, statement.integer(0));
    RAKKAN_TRY(const bool more, statement.step());  // to its end, or COMMIT finds it still running
    if (more || epoch <= 0) {
      return fail(ErrorCode::store_corrupt, "an impossible epoch", "unit " + unit.value());
    }
    return static_cast<std::uint64_t>(epoch);
  });
}

}  // namespace rakkan::store
