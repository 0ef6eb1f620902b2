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
    // Codes by which parties set their PINs, and the wrong ones that were brought, by tenant.
    std::string_view(R"sql(
CREATE TABLE pin_code (
  credential TEXT PRIMARY KEY REFERENCES credential(id), hash BLOB NOT NULL, expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE pin_code_failure (
  credential TEXT NOT NULL REFERENCES credential(id), tenant TEXT NOT NULL, failures INTEGER NOT NULL,
  PRIMARY KEY (credential, tenant)
) STRICT, WITHOUT ROWID;
)sql"),
    // The keys of a credential, one a generation. The key that a credential had so far is its first generation. The
    // time since when it signs is not known: not before it was made.
    std::string_view(R"sql(
CREATE TABLE credential_generation (
  credential TEXT NOT NULL REFERENCES credential(id), number INTEGER NOT NULL, token_label TEXT NOT NULL,
  key_label TEXT NOT NULL, key_id BLOB NOT NULL, key_kind TEXT NOT NULL, suite TEXT NOT NULL, created INTEGER NOT NULL,
  begins INTEGER, PRIMARY KEY (credential, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE generation_certificate (
  credential TEXT NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL, der BLOB NOT NULL,
  PRIMARY KEY (credential, number, position),
  FOREIGN KEY (credential, number) REFERENCES credential_generation(credential, number)
) STRICT, WITHOUT ROWID;
INSERT INTO credential_generation (credential, number, token_label, key_label, key_id, key_kind, suite, created, begins)
  SELECT id, 1, token_label, key_label, key_id, key_kind, suite, created,
         CASE WHEN EXISTS (SELECT 1 FROM credential_certificate AS held WHERE held.credential = id) THEN created END
  FROM credential;
INSERT INTO generation_certificate (credential, number, position, der)
  SELECT credential, 1, position, der FROM credential_certificate;
DROP TABLE credential_certificate;
ALTER TABLE credential DROP COLUMN token_label;
ALTER TABLE credential DROP COLUMN key_label;
ALTER TABLE credential DROP COLUMN key_id;
ALTER TABLE credential DROP COLUMN key_kind;
ALTER TABLE credential DROP COLUMN suite;
)sql"),
    // Certificates apart from the signatures that have them. A signature's state: 0 as it was written until now, its
    // tail whole; 1 the same, erased; 2 its tail as stored_tail.hpp has it; 3 the same, erased. A column more would
    // make an old row longer when it is erased, and SQLite would move it. A certificate and the count of stretches that
    // refer to it are two tables, as a row whose number grows does not stay where it is; the signatures whose outcome
    // is below certificate_count are counted.
    std::string_view(R"sql(
ALTER TABLE signature RENAME COLUMN erased TO state;
CREATE TABLE certificate (
  number INTEGER PRIMARY KEY, erased INTEGER NOT NULL, sha256 BLOB NOT NULL, der BLOB NOT NULL
) STRICT;
CREATE TABLE certificate_use (
  certificate INTEGER PRIMARY KEY REFERENCES certificate(number), stretches INTEGER NOT NULL
) STRICT;
CREATE TABLE certificate_count (below INTEGER NOT NULL) STRICT;
INSERT INTO certificate_count (below) SELECT coalesce(max(outcome) + 1, 0) FROM signature;
)sql"),
    // Signatures between their value and their outcome. Rows come and go with each of them, so they are never deleted:
    // a row is overwritten where it stands, and used again for content of the same size (sqlite_kept.hpp).
    std::string_view(R"sql(
CREATE TABLE kept_signature (place INTEGER PRIMARY KEY, used INTEGER NOT NULL, content BLOB NOT NULL) STRICT;
)sql"),
    // Cached evidence, cut into pieces of one size, which are overwritten and used again likewise
    // (evidence_pieces.hpp).
    std::string_view(R"sql(
CREATE TABLE evidence_piece (place INTEGER PRIMARY KEY, used INTEGER NOT NULL, content BLOB NOT NULL) STRICT;
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
