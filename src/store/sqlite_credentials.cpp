// Credentials, their keys and the certificates of their keys in SQLite.
#include "store/sqlite_changes.hpp"
#include "store/sqlite_rows.hpp"
#include "store/sqlite_store.hpp"

namespace rakkan::store {
namespace {

constexpr std::string_view kSelectCredential = "SELECT id, kind, party, status, created, tenant FROM credential";

// Reads the row on which `statement` (kSelectCredential) stands, without its generations.
Result<CredentialRow> read_credential(const Statement& statement) {
  CredentialRow row;
  RAKKAN_TRY(std::string id, statement.text(0));
  RAKKAN_TRY(const std::string kind, statement.text(1));
  RAKKAN_TRY(std::string party, statement.text(2));
  RAKKAN_TRY(const std::string status, statement.text(3));
  RAKKAN_TRY(row.created, instant_column(statement, 4));
  RAKKAN_TRY(std::string tenant, statement.text(5));
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

Result<std::vector<Bytes>> read_certificates(Database& database, const CredentialId& id, std::uint32_t generation) {
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT der FROM generation_certificate WHERE credential = ? AND number = ? "
                              "ORDER BY position",
                              id.value(), std::int64_t{generation}));
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

Result<std::vector<GenerationRow>> read_generations(Database& database, const CredentialId& id) {
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT number, token_label, key_label, key_id, key_kind, suite, created, begins FROM "
                              "credential_generation WHERE credential = ? ORDER BY number",
                              id.value()));
  std::vector<GenerationRow> rows;
  for (;;) {
    RAKKAN_TRY(const bool found, statement.step());
    if (!found) {
      return rows;
    }
    GenerationRow row;
    RAKKAN_TRY(row.number, unsigned_column(statement, 0));
    RAKKAN_TRY(row.token_label, statement.text(1));
    RAKKAN_TRY(row.key_label, statement.text(2));
    RAKKAN_TRY(row.key_id, statement.blob(3));
    RAKKAN_TRY(row.key_kind, statement.text(4));
    RAKKAN_TRY(row.suite, statement.text(5));
    RAKKAN_TRY(row.created, instant_column(statement, 6));
    if (!statement.is_null(7)) {
      RAKKAN_TRY(row.begins, instant_column(statement, 7));
    }
    RAKKAN_TRY(row.certificates, read_certificates(database, id, row.number));
    rows.push_back(std::move(row));
  }
}

Result<void> erase_certificates(Database& database, const CredentialId& id, std::uint32_t generation) {
  RAKKAN_CHECK(database.execute("DELETE FROM generation_certificate WHERE credential = ? AND number = ?", id.value(),
                                std::int64_t{generation}));
  return {};
}

Result<void> write_certificates(Database& database, const CredentialId& id, std::uint32_t generation,
                                const std::vector<Bytes>& certificates) {
  RAKKAN_CHECK(erase_certificates(database, id, generation));
  std::int64_t position = 0;
  for (const Bytes& der : certificates) {
    RAKKAN_CHECK(
        database.execute("INSERT INTO generation_certificate (credential, number, position, der) VALUES (?, ?, ?, ?)",
                         id.value(), std::int64_t{generation}, position, ByteView(der)));
    ++position;
  }
  return {};
}

Result<void> write_generation(Database& database, const CredentialId& id, const GenerationRow& row) {
  const std::optional<std::int64_t> begins = row.begins ? std::optional(milliseconds_of(*row.begins)) : std::nullopt;
  RAKKAN_TRY(
      const int added,
      database.execute("INSERT OR IGNORE INTO credential_generation (credential, number, token_label, key_label, "
                       "key_id, key_kind, suite, created, begins) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       id.value(), std::int64_t{row.number}, row.token_label, row.key_label, ByteView(row.key_id),
                       row.key_kind, row.suite, milliseconds_of(row.created), begins));
  if (added == 0) {
    return fail(ErrorCode::already_exists, "the credential has a key of this number", "credential " + id.value());
  }
  return write_certificates(database, id, row.number, row.certificates);
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
  RAKKAN_TRY(row.generations, read_generations(database, id));
  return row;
}

Result<void> check_enabled(Database& database, const CredentialId& id) {
  RAKKAN_TRY(const CredentialRow row, find_credential(database, id));
  if (row.status == CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "a disabled credential stays disabled", "credential " + id.value());
  }
  return {};
}

}  // namespace

Result<void> apply_one(Database& database, const CredentialRow& row) {
  RAKKAN_TRY(const int added, database.execute("INSERT OR IGNORE INTO credential (id, kind, party, status, created, "
                                               "tenant) VALUES (?, ?, ?, ?, ?, ?)",
                                               row.id.value(), name(row.kind), row.party.value(), name(row.status),
                                               milliseconds_of(row.created), row.tenant.value()));
  if (added == 0) {
    return fail(ErrorCode::already_exists, "a credential of this id exists", "credential " + row.id.value());
  }
  for (const GenerationRow& generation : row.generations) {
    RAKKAN_CHECK(write_generation(database, row.id, generation));
  }
  return {};
}

Result<void> apply_one(Database& database, const CredentialActivation& activation) {
  RAKKAN_CHECK(check_enabled(database, activation.id));
  RAKKAN_TRY(
      const int changed,
      database.execute("UPDATE credential_generation SET begins = ? WHERE credential = ? AND number = ?",
                       milliseconds_of(activation.begins), activation.id.value(), std::int64_t{activation.generation}));
  if (changed == 0) {
    return fail(ErrorCode::credential_unknown, "the credential has no key of this number",
                "credential " + activation.id.value());
  }
  RAKKAN_CHECK(write_certificates(database, activation.id, activation.generation, activation.certificates));
  RAKKAN_CHECK(database.execute("UPDATE credential SET status = ? WHERE id = ?", name(CredentialStatus::active),
                                activation.id.value()));
  return {};
}

Result<void> apply_one(Database& database, const GenerationAddition& addition) {
  RAKKAN_CHECK(check_enabled(database, addition.id));
  if (addition.replaces) {
    RAKKAN_CHECK(erase_certificates(database, addition.id, *addition.replaces));
    RAKKAN_CHECK(database.execute("DELETE FROM credential_generation WHERE credential = ? AND number = ?",
                                  addition.id.value(), std::int64_t{*addition.replaces}));
  }
  return write_generation(database, addition.id, addition.row);
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
      RAKKAN_TRY(row.generations, read_generations(database_, row.id));
      rows.push_back(std::move(row));
    }
  });
}

}  // namespace rakkan::store
