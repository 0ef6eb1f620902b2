// PINs of parties' credentials and the counts of their failures in SQLite.
#include <algorithm>

#include "store/sqlite_changes.hpp"
#include "store/sqlite_rows.hpp"
#include "store/sqlite_store.hpp"

namespace rakkan::store {
namespace {

Result<std::optional<ActivationSecret>> find_secret(Database& database, const CredentialId& id) {
  RAKKAN_TRY(Statement statement,
             database.prepare(
                 "SELECT hash, salt, memory_kib, iterations, parallelism FROM activation_secret WHERE credential = ?",
                 id.value()));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return std::nullopt;
  }
  ActivationSecret secret;
  RAKKAN_TRY(secret.hash, statement.blob(0));
  RAKKAN_TRY(secret.salt, statement.blob(1));
  RAKKAN_TRY(secret.memory_kib, unsigned_column(statement, 2));
  RAKKAN_TRY(secret.iterations, unsigned_column(statement, 3));
  RAKKAN_TRY(secret.parallelism, unsigned_column(statement, 4));
  return secret;
}

// Failures of a PIN in a row: one tenant's, or all tenants' together.
struct Failures {
  std::uint32_t count = 0;
  Instant last;
  bool proven = false;  // the tenant has had the PIN right before
};

Result<Failures> failures_of(Database& database, const CredentialId& id, const TenantId& tenant) {
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT failures, last, proven FROM pin_failure WHERE credential = ? AND tenant = ?",
                              id.value(), tenant.value()));
  RAKKAN_TRY(const bool found, statement.step());
  Failures failures;
  if (found) {
    RAKKAN_TRY(failures.count, unsigned_column(statement, 0));
    RAKKAN_TRY(failures.last, instant_column(statement, 1));
    RAKKAN_TRY(const std::int64_t proven, statement.integer(2));
    failures.proven = proven != 0;
  }
  return failures;
}

Result<Failures> failures_of_all(Database& database, const CredentialId& id) {
  RAKKAN_TRY(Statement statement, database.prepare("SELECT coalesce(sum(failures), 0), coalesce(max(last), 0) "
                                                   "FROM pin_failure WHERE credential = ? AND failures > 0",
                                                   id.value()));
  RAKKAN_TRY(const bool found, statement.step());
  Failures failures;
  if (found) {
    RAKKAN_TRY(failures.count, unsigned_column(statement, 0));
    RAKKAN_TRY(failures.last, instant_column(statement, 1));
  }
  return failures;
}

// The wait after so many failures in a row: the policy's first wait, doubled with each further failure.
std::chrono::seconds wait_after(std::uint32_t failures, const LockPolicy& policy) {
  std::chrono::seconds wait = failures > 0 ? policy.first_wait : std::chrono::seconds(0);
  for (std::uint32_t further = 1; further < failures && wait < policy.longest_wait; ++further) {
    wait *= 2;
  }
  return std::min(wait, policy.longest_wait);
}

Result<void> check_wait(const Failures& failures, const LockPolicy& policy, Instant now, const CredentialId& id) {
  const Instant end = failures.last + wait_after(failures.count, policy);
  const bool set_back = now < failures.last;  // the clock was set back: nobody waits for it, and the count holds
  if (failures.count == 0 || now >= end || set_back) {
    return {};
  }
  return fail(Error{ErrorCode::pin_wait,
                    "the next try is judged from " + to_rfc3339(end) + " on",
                    "credential " + id.value(),
                    end - now,
                    {}});
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
          "INSERT OR IGNORE INTO activation_secret (credential, hash, salt, memory_kib, iterations, parallelism) "
          "VALUES (?, ?, ?, ?, ?, ?)",
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
                 "UPDATE activation_secret SET hash = ?, salt = ?, memory_kib = ?, iterations = ?, parallelism = ? "
                 "WHERE credential = ? AND hash = ? AND salt = ?",
                 ByteView(secret.hash), ByteView(secret.salt), std::int64_t{secret.memory_kib},
                 std::int64_t{secret.iterations}, std::int64_t{secret.parallelism}, replacement.credential.value(),
                 ByteView(replacement.expected.hash), ByteView(replacement.expected.salt)));
  if (changed == 0) {
    return fail(ErrorCode::pin_incorrect, "the PIN was changed meanwhile",
                "credential " + replacement.credential.value());
  }
  RAKKAN_CHECK(
      database.execute("UPDATE pin_failure SET failures = 0 WHERE credential = ?", replacement.credential.value()));
  return {};
}

Result<void> apply_one(Database& database, const PinReset& reset) {
  RAKKAN_TRY(const std::optional<ActivationSecret> secret, find_secret(database, reset.credential));
  if (!secret) {
    return fail(ErrorCode::activation_missing, "no PIN was set for the credential",
                "credential " + reset.credential.value());
  }
  if (reset.tenant) {
    RAKKAN_CHECK(database.execute("UPDATE pin_failure SET failures = 0 WHERE credential = ? AND tenant = ?",
                                  reset.credential.value(), reset.tenant->value()));
  } else {
    RAKKAN_CHECK(
        database.execute("UPDATE pin_failure SET failures = 0 WHERE credential = ?", reset.credential.value()));
  }
  return {};
}

Result<PinAttempt> SqliteStore::begin_pin_attempt(const CredentialId& id, const TenantId& tenant,
                                                  const LockPolicy& policy, Instant now) {
  const std::scoped_lock lock(mutex_);
  return database_.transaction([&]() -> Result<PinAttempt> {
    RAKKAN_TRY(std::optional<ActivationSecret> secret, find_secret(database_, id));
    if (!secret) {
      return fail(ErrorCode::activation_missing, "no PIN was set for the credential", "credential " + id.value());
    }
    RAKKAN_TRY(Failures own, failures_of(database_, id, tenant));
    if (own.count >= policy.max_failures) {
      if (!policy.lock_time || now < own.last + *policy.lock_time) {
        return fail(ErrorCode::pin_locked, std::to_string(own.count) + " failures in a row",
                    "credential " + id.value());
      }
      own.count = 0;
    }
    RAKKAN_CHECK(check_wait(own, policy, now, id));
    if (!own.proven) {
      RAKKAN_TRY(const Failures all, failures_of_all(database_, id));
      RAKKAN_CHECK(check_wait(all, policy, now, id));
    }
    const std::uint32_t failures = own.count + 1;
    RAKKAN_CHECK(
        database_.execute("INSERT INTO pin_failure (credential, tenant, failures, last, proven) "
                          "VALUES (?, ?, ?, ?, 0) ON CONFLICT (credential, tenant) "
                          "DO UPDATE SET failures = excluded.failures, last = excluded.last",
                          id.value(), tenant.value(), std::int64_t{failures}, milliseconds_of(now)));
    return PinAttempt{*std::move(secret), failures};
  });
}

Result<void> SqliteStore::forgive_pin_failures(const CredentialId& id, const TenantId& tenant) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_CHECK(database_.execute("UPDATE pin_failure SET failures = 0, proven = 1 WHERE credential = ? AND tenant = ?",
                                 id.value(), tenant.value()));
  return {};
}

}  // namespace rakkan::store
