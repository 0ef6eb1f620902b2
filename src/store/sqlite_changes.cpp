#include "store/sqlite_changes.hpp"

#include "store/sqlite_rows.hpp"
#include "store/stored_tail.hpp"

namespace rakkan::store {
namespace {

// The tail as it is kept, with the certificates of it counted.
Result<Bytes> stored_form(CertificateChange& certificates, const SignatureRow& row) {
  std::vector<StretchReference> references;
  references.reserve(row.certificates.size());
  std::uint64_t end = 0;
  for (const CertificateStretch& stretch : row.certificates) {
    if (stretch.at < end || !stands_in(row.tail, stretch)) {
      continue;
    }
    RAKKAN_TRY(const std::uint64_t number, certificates.refer_to(*stretch.certificate, row.outcome));
    references.push_back({stretch, number});
    end = end_of(stretch);
  }
  return encode_tail(row.tail, references);
}

}  // namespace

Result<void> apply(Database& database, CertificateChange& certificates, KeptChange& kept, const RowChange& change) {
  const auto apply_this = [&](const auto& one) {
    if constexpr (requires { kept.apply(one); }) {
      return kept.apply(one);
    } else if constexpr (requires { apply_one(database, certificates, kept, one); }) {
      return apply_one(database, certificates, kept, one);
    } else if constexpr (requires { apply_one(database, certificates, one); }) {
      return apply_one(database, certificates, one);
    } else {
      return apply_one(database, one);
    }
  };
  return std::visit(apply_this, change);
}

Result<void> apply_one(Database& database, CertificateChange& certificates, const SignatureRow& row) {
  RAKKAN_TRY(const Bytes tail, stored_form(certificates, row));
  RAKKAN_TRY(const std::int64_t outcome, signed_index(row.outcome));
  RAKKAN_TRY(const std::int64_t intent, signed_index(row.intent));
  RAKKAN_CHECK(
      database.execute("INSERT INTO signature (outcome, id, tenant, credential, intent, created, state, facts, tail) "
                       "VALUES (?, ?, ?, ?, ?, ?, 2, ?, ?)",
                       outcome, row.id.value(), row.tenant.value(), row.credential.value(), intent,
                       milliseconds_of(row.created), row.facts, ByteView(tail)));
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
