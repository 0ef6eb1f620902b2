#include "store/sqlite_schema.hpp"

#include <array>

namespace rakkan::store {
namespace {

// "RKKN": another program's database is not taken for ours.
constexpr std::int64_t kApplicationId = 0x524B4B4E;

// One entry a schema version; entry n brings version n to n + 1. Entries are never changed, only added.
constexpr std::array kMigrations{
    std::string_view(R"sql(
CREATE TABLE credential (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, party TEXT NOT NULL, token_label TEXT NOT NULL, key_label TEXT NOT NULL,
  key_id BLOB NOT NULL, key_kind TEXT NOT NULL, suite TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE credential_certificate (
  credential TEXT NOT NULL REFERENCES credential(id), position INTEGER NOT NULL, der BLOB NOT NULL,
  PRIMARY KEY (credential, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE activation_secret (
  credential TEXT PRIMARY KEY REFERENCES credential(id), hash BLOB NOT NULL, salt BLOB NOT NULL, memory_kib INTEGER NOT NULL,
  iterations INTEGER NOT NULL, parallelism INTEGER NOT NULL, failures INTEGER NOT NULL, last_failure INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tsu_epoch (
  unit TEXT PRIMARY KEY, epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql"),
    // The ledger. Rows that may name persons (record, signature, answer) stand in tables that only grow at their end
    // and whose rows are overwritten where they stand: SQLite moves no row there, so that no copy of one is left behind
    // in a page when it is erased.
    std::string_view(R"sql(
ALTER TABLE credential ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
CREATE TABLE trail_chunk (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, entries BLOB NOT NULL) STRICT;
CREATE TABLE tokens_chunk (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, entries BLOB NOT NULL) STRICT;
CREATE TABLE journal (name TEXT PRIMARY KEY, released INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO journal (name, released) VALUES ('trail', 0), ('tokens', 0);
CREATE TABLE record (
  entry INTEGER PRIMARY KEY, erased INTEGER NOT NULL, subject TEXT NOT NULL, salt BLOB NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE TABLE signature (
  outcome INTEGER PRIMARY KEY, id TEXT NOT NULL, tenant TEXT NOT NULL, credential TEXT NOT NULL, intent INTEGER NOT NULL,
  created INTEGER NOT NULL, erased INTEGER NOT NULL, facts TEXT NOT NULL, tail BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX signature_by_id ON signature(id);
CREATE INDEX signature_by_intent ON signature(intent);
CREATE TABLE answer (
  number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, key TEXT NOT NULL, fingerprint BLOB NOT NULL, created INTEGER NOT NULL,
  signature TEXT NOT NULL, answer BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX answer_by_key ON answer(tenant, key);
CREATE TABLE activation (
  id BLOB PRIMARY KEY, tenant TEXT NOT NULL, credential TEXT NOT NULL, expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE activation_digest (
  activation BLOB NOT NULL REFERENCES activation(id) ON DELETE CASCADE, digest TEXT NOT NULL, used INTEGER NOT NULL,
  PRIMARY KEY (activation, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE api_key (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, label TEXT NOT NULL, secret_hash BLOB NOT NULL, scopes TEXT NOT NULL,
  addresses TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER, revoked INTEGER
) STRICT, WITHOUT ROWID;
)sql"),
    // An API key's maker: a key is revoked with the key that made it.
    std::string_view(R"sql(
ALTER TABLE api_key ADD COLUMN maker TEXT NOT NULL DEFAULT '';
)sql"),
    // Failures of a PIN by tenant. Those counted so far are the credential's tenant's.
    std::string_view(R"sql(
CREATE TABLE pin_failure (
  credential TEXT NOT NULL REFERENCES credential(id), tenant TEXT NOT NULL, failures INTEGER NOT NULL, last INTEGER NOT NULL,
  proven INTEGER NOT NULL, PRIMARY KEY (credential, tenant)
) STRICT, WITHOUT ROWID;
INSERT INTO pin_failure (credential, tenant, failures, last, proven)
  SELECT secret.credential, credential.tenant, secret.failures, secret.last_failure, 0
  FROM activation_secret AS secret JOIN credential ON credential.id = secret.credential WHERE secret.failures > 0;
ALTER TABLE activation_secret DROP COLUMN failures;
ALTER TABLE activation_secret DROP COLUMN last_failure;
)sql"),
    // Lists of a tenant's signatures by time.
    std::string_view(R"sql(
CREATE INDEX signature_by_time ON signature(tenant, created);
)sql"),
};

Result<std::int64_t> pragma(Database& database, std::string_view sql) {
  RAKKAN_TRY(Statement statement, database.prepare(sql));
  RAKKAN_TRY(const bool row, statement.step());
  if (!row) {
    return fail(ErrorCode::store_corrupt, "the database does not say its version");
  }
  return statement.integer(0);
}

}  // namespace

Result<void> migrate(Database& database) {
  const auto run = [&]() -> Result<void> {
    RAKKAN_TRY(const std::int64_t version, pragma(database, "PRAGMA user_version"));
    RAKKAN_TRY(const std::int64_t application, pragma(database, "PRAGMA application_id"));
    const auto known = static_cast<std::int64_t>(kMigrations.size());
    if (version > known) {
      return fail(ErrorCode::store_unavailable, "schema version " + std::to_string(version) +
                                                    " is newer than this program's " + std::to_string(known));
    }
    if (version < 0 || (version != 0 && application != kApplicationId)) {
      return fail(ErrorCode::store_corrupt, "the database is not Rakkan's");
    }
    if (version == known) {
      return {};
    }
    for (std::int64_t next = version; next < known; ++next) {
      RAKKAN_CHECK(database.run_script(kMigrations.at(static_cast<std::size_t>(next))));
    }
    // Pragmas take no parameters; both are numbers of ours.
    RAKKAN_CHECK(database.execute("PRAGMA application_id=" + std::to_string(kApplicationId)));
    RAKKAN_CHECK(database.execute("PRAGMA user_version=" + std::to_string(known)));
    return {};
  };
  return database.transaction(run);
}

}  // namespace rakkan::store
