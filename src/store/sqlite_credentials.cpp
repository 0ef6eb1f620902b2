// Credentials and their certificates in SQLite.
#include "store/sqlite_changes.hpp"
#include "store/sqlite_rows.hpp"
#include "store/sqlite_store.hpp"

namespace rakkan::store {
namespace {

constexpr std::string_view kSelectCredential =
    "SELECT id, kind, party, token_label, key_label, key_id, key_kind, suite, status, created, tenant FROM credential";

// Reads the row on which `statement` (kSelectCredential) stands, without its certificates.
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

}  // namespace

Result<void> apply_one(Database& database, const CredentialRow& row) {
  RAKKAN_TRY(
      const int added,
      database.execute(
          "INSERT OR IGNORE INTO credential (id, kind, party, token_label, key_label, key_id, key_kind, suite, "
          "status, created, tenant) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          row.id.value(), name(row.kind), row.party.value(), row.token_label, row.key_label, ByteView(row.key_id),
          row.key_kind, row.suite, name(row.status), milliseconds_of(row.created), row.tenant.value()));
  if (added == 0) {
    return fail(ErrorCode::already_exists, "a credential of this id exists", "credential " + row.id.value());
  }
  return write_certificates(database, row.id, row.certificates);
}

Result<void> apply_one(Database& database, const CredentialActivation& activation) {
  RAKKAN_TRY(const CredentialRow row, find_credential(database, activation.id));
  if (row.status == CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "a disabled credential stays disabled",
                "credential " + activation.id.value());
  }
  RAKKAN_CHECK(write_certificates(database, activation.id, activation.certificates));
  RAKKAN_CHECK(database.execute("UPDATE credential SET status = ? WHERE id = ?", name(CredentialStatus::active),
                                activation.id.value()));
  return {};
}

Result<void> apply_one(Database& database, const CredentialDisabling& disabling) {
  RAKKAN_TRY(const int changed, database.execute("UPDATE credential SET status = ? WHERE id = ?",
                                                 name(CredentialStatus::disabled), disabling.id.value()));
  return changed == 0 ? Result<void>(unknown_credential(disabling.id)) : Result<void>();
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

}  // namespace rakkan::store
