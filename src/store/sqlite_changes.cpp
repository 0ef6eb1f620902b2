#include "store/sqlite_changes.hpp"

#include "store/sqlite_rows.hpp"

namespace rakkan::store {

Result<void> apply(Database& database, const RowChange& change) {
  return std::visit([&](const auto& one) { return apply_one(database, one); }, change);
}

Result<void> apply_one(Database& database, const SignatureRow& row) {
  RAKKAN_TRY(const std::int64_t outcome, signed_index(row.outcome));
  RAKKAN_TRY(const std::int64_t intent, signed_index(row.intent));
  RAKKAN_CHECK(
      database.execute("INSERT INTO signature (outcome, id, tenant, credential, intent, created, erased, facts, tail) "
                       "VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
                       outcome, row.id.value(), row.tenant.value(), row.credential.value(), intent,
                       milliseconds_of(row.created), row.facts, ByteView(row.tail)));
  return {};
}

Result<void> apply_one(Database& database, const IdempotencyRow& row) {
  RAKKAN_CHECK(database.execute(
      "INSERT INTO answer (tenant, key, fingerprint, created, signature, answer) VALUES (?, ?, ?, ?, ?, ?)",
      row.tenant.value(), row.key, ByteView(row.fingerprint), milliseconds_of(row.created), row.signature.value(),
      ByteView(row.answer)));
  return {};
}

Result<void> apply_one(Database& database, const ActivationRow& row) {
  RAKKAN_CHECK(database.execute("INSERT INTO activation (id, tenant, credential, expires) VALUES (?, ?, ?, ?)",
                                ByteView(row.id), row.tenant.value(), row.credential.value(),
                                milliseconds_of(row.expires)));
  for (const std::string& digest : row.digests) {
    RAKKAN_CHECK(database.execute("INSERT INTO activation_digest (activation, digest, used) VALUES (?, ?, 0)",
                                  ByteView(row.id), digest));
  }
  return {};
}

Result<void> apply_one(Database& database, const ActivationUse& use) {
  RAKKAN_TRY(const int changed,
             database.execute("UPDATE activation_digest SET used = 1 WHERE activation = ? AND digest = ? AND used = 0",
                              ByteView(use.id), use.digest));
  if (changed == 1) {
    return {};
  }
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT used FROM activation_digest WHERE activation = ? AND digest = ?",
                              ByteView(use.id), use.digest));
  RAKKAN_TRY(const bool known, statement.step());
  if (!known) {
    return fail(ErrorCode::activation_unknown, "there is no such activation for this digest");
  }
  return fail(ErrorCode::already_exists, "the activation has signed this digest");
}

Result<void> apply_one(Database& database, const ActivationWithdrawal& withdrawal) {
  RAKKAN_TRY(const int changed, database.execute("DELETE FROM activation WHERE id = ? AND tenant = ?",
                                                 ByteView(withdrawal.id), withdrawal.tenant.value()));
  return changed == 1 ? Result<void>() : fail(ErrorCode::activation_unknown, "there is no such activation");
}

Result<void> apply_one(Database& database, const FactChange& change) {
  if (!change.value) {
    return database.execute("DELETE FROM fact WHERE name = ?", change.name).map([](int) {});
  }
  RAKKAN_CHECK(
      database.execute("INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) "
                       "DO UPDATE SET value = excluded.value",
                       change.name, bytes_of(*change.value)));
  return {};
}

}  // namespace rakkan::store
