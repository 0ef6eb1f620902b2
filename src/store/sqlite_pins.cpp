// PINs of parties' credentials, and the count of their failures.
#include "store/sqlite_changes.hpp"
#include "store/sqlite_rows.hpp"
#include "store/sqlite_store.hpp"

namespace rakkan::store {
namespace {

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

Result<void> check_credential(Database& database, const CredentialId& id) {
  RAKKAN_TRY(Statement statement, database.prepare("SELECT 1 FROM credential WHERE id = ?", id.value()));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return fail(ErrorCode::credential_unknown, "no credential has this id", "credential " + id.value());
  }
  return {};
}

}  // namespace

Result<void> apply_one(Database& database, const PinAddition& addition) {
  const ActivationSecret& secret = addition.secret;
  RAKKAN_CHECK(check_credential(database, addition.credential));
  RAKKAN_TRY(
      const int added,
      database.execute(
          "INSERT OR IGNORE INTO activation_secret (credential, hash, salt, memory_kib, iterations, parallelism, "
          "failures, last_failure) VALUES (?, ?, ?, ?, ?, ?, 0, 0)",
          addition.credential.value(), ByteView(secret.hash), ByteView(secret.salt), std::int64_t{secret.memory_kib},
          std::int64_t{secret.iterations}, std::int64_t{secret.parallelism}));
  if (added == 0) {
    return fail(ErrorCode::already_exists, "the credential has a PIN", "credential " + addition.credential.value());
  }
  return {};
}

Result<void> apply_one(Database& database, const PinReplacement& replacement) {
  const ActivationSecret& secret = replacement.secret;
  RAKKAN_TRY(const int changed,
             database.execute(
                 "UPDATE activation_secret SET hash = ?, salt = ?, memory_kib = ?, iterations = ?, parallelism = ?, "
                 "failures = 0, last_failure = 0 WHERE credential = ? AND hash = ? AND salt = ?",
                 ByteView(secret.hash), ByteView(secret.salt), std::int64_t{secret.memory_kib},
                 std::int64_t{secret.iterations}, std::int64_t{secret.parallelism}, replacement.credential.value(),
                 ByteView(replacement.expected.hash), ByteView(replacement.expected.salt)));
  if (changed == 0) {
    return fail(ErrorCode::pin_incorrect, "the PIN was changed meanwhile",
                "credential " + replacement.credential.value());
  }
  return {};
}

Result<void> apply_one(Database& database, const PinReset& reset) {
  RAKKAN_TRY(const int changed,
             database.execute("UPDATE activation_secret SET failures = 0, last_failure = 0 WHERE credential = ?",
                              reset.credential.value()));
  if (changed == 0) {
    return fail(ErrorCode::activation_missing, "no PIN was set for the credential",
                "credential " + reset.credential.value());
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

}  // namespace rakkan::store
