// Codes by which parties set their PINs: one a credential, of which the hash is kept, and the wrong ones that each
// tenant has brought since it was issued.
#include <optional>

#include "rakkan/base/secure_bytes.hpp"

#include "store/sqlite_changes.hpp"
#include "store/sqlite_rows.hpp"
#include "store/sqlite_store.hpp"

namespace rakkan::store {
namespace {

enum class Verdict : std::uint8_t { right, expired, wrong, exhausted };

struct Code {
  Bytes hash;
  Instant expires;
};

std::string place(const CredentialId& id) { return "credential " + id.value(); }

Result<std::optional<Code>> find_code(Database& database, const CredentialId& id) {
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT hash, expires FROM pin_code WHERE credential = ?", id.value()));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return std::nullopt;
  }
  Code code;
  RAKKAN_TRY(code.hash, statement.blob(0));
  RAKKAN_TRY(code.expires, instant_column(statement, 1));
  return code;
}

Result<std::uint32_t> wrong_ones_of(Database& database, const CredentialId& id, const TenantId& tenant) {
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT failures FROM pin_code_failure WHERE credential = ? AND tenant = ?", id.value(),
                              tenant.value()));
  RAKKAN_TRY(const bool found, statement.step());
  return found ? unsigned_column(statement, 0) : Result<std::uint32_t>(0);
}

Result<void> forget_wrong_ones(Database& database, const CredentialId& id) {
  return database.execute("DELETE FROM pin_code_failure WHERE credential = ?", id.value()).map([](int) {});
}

}  // namespace

Result<void> apply_one(Database& database, const PinCodeIssue& issue) {
  RAKKAN_CHECK(check_credential(database, issue.credential));
  RAKKAN_CHECK(
      database.execute("INSERT INTO pin_code (credential, hash, expires) VALUES (?, ?, ?) ON CONFLICT (credential) "
                       "DO UPDATE SET hash = excluded.hash, expires = excluded.expires",
                       issue.credential.value(), ByteView(issue.hash), milliseconds_of(issue.expires)));
  return forget_wrong_ones(database, issue.credential);
}

Result<void> apply_one(Database& database, const PinCodeWithdrawal& withdrawal) {
  RAKKAN_TRY(const int withdrawn,
             database.execute("DELETE FROM pin_code WHERE credential = ?", withdrawal.credential.value()));
  if (withdrawn == 0) {
    return fail(ErrorCode::pin_code_unknown, "no code is open", place(withdrawal.credential));
  }
  return {};
}

Result<void> apply_one(Database& database, const PinEnrolment& enrolment) {
  const std::string& id = enrolment.credential.value();
  const ActivationSecret& secret = enrolment.secret;
  RAKKAN_TRY(const int used, database.execute("DELETE FROM pin_code WHERE credential = ? AND hash = ?", id,
                                              ByteView(enrolment.code_hash)));
  if (used == 0) {
    return fail(ErrorCode::pin_code_unknown, "the code was used or replaced meanwhile", place(enrolment.credential));
  }
  RAKKAN_CHECK(forget_wrong_ones(database, enrolment.credential));
  RAKKAN_CHECK(database.execute(
      "INSERT INTO activation_secret (credential, hash, salt, memory_kib, iterations, parallelism) "
      "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (credential) DO UPDATE SET hash = excluded.hash, salt = excluded.salt, "
      "memory_kib = excluded.memory_kib, iterations = excluded.iterations, parallelism = excluded.parallelism",
      id, ByteView(secret.hash), ByteView(secret.salt), std::int64_t{secret.memory_kib},
      std::int64_t{secret.iterations}, std::int64_t{secret.parallelism}));
  RAKKAN_CHECK(database.execute("UPDATE pin_failure SET failures = 0 WHERE credential = ?", id));
  RAKKAN_CHECK(database.execute("DELETE FROM activation WHERE credential = ?", id));
  return {};
}

Result<void> SqliteStore::judge_pin_code(const CredentialId& id, const TenantId& tenant, ByteView hash,
                                         unsigned most_wrong, Instant now) {
  // The verdict is a value and no error: an error would roll back the transaction that counts a wrong code.
  const auto judge = [&]() -> Result<Verdict> {
    RAKKAN_CHECK(check_credential(database_, id));
    RAKKAN_TRY(const std::uint32_t wrong_ones, wrong_ones_of(database_, id, tenant));
    if (wrong_ones >= most_wrong) {
      return Verdict::exhausted;
    }
    RAKKAN_TRY(const std::optional<Code> code, find_code(database_, id));
    if (code && constant_time_equal(code->hash, hash)) {
      return now < code->expires ? Verdict::right : Verdict::expired;
    }
    RAKKAN_CHECK(
        database_.execute("INSERT INTO pin_code_failure (credential, tenant, failures) VALUES (?, ?, 1) "
                          "ON CONFLICT (credential, tenant) DO UPDATE SET failures = failures + 1",
                          id.value(), tenant.value()));
    return Verdict::wrong;
  };
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const Verdict verdict, database_.transaction(judge));
  switch (verdict) {
    case Verdict::right:
      return {};
    case Verdict::expired:
      return fail(ErrorCode::pin_code_expired, "ask for a new one", place(id));
    case Verdict::exhausted:
      return fail(ErrorCode::pin_code_exhausted, "ask for a new one", place(id));
    case Verdict::wrong:
      break;
  }
  return fail(ErrorCode::pin_code_unknown, "it is wrong, was used already, or was replaced by a newer one", place(id));
}

}  // namespace rakkan::store
