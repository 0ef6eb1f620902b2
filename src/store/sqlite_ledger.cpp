// The Ledger of SqliteStore: additions and reads. Removals are in sqlite_erasure.cpp.
#include <algorithm>
#include <array>
#include <limits>

#include "store/sqlite_changes.hpp"
#include "store/sqlite_rows.hpp"
#include "store/sqlite_store.hpp"
#include "store/stored_tail.hpp"

namespace rakkan::store {
namespace {

constexpr std::array kInsertChunk{
    std::string_view("INSERT INTO trail_chunk (first, count, entries) VALUES (?, ?, ?)"),
    std::string_view("INSERT INTO tokens_chunk (first, count, entries) VALUES (?, ?, ?)"),
};
constexpr std::array kSelectChunks{
    std::string_view("SELECT first, count, entries FROM trail_chunk ORDER BY first"),
    std::string_view("SELECT first, count, entries FROM tokens_chunk ORDER BY first"),
};

// The entries one after another, a big-endian 16 bit length before each: an entry bundle of C2SP tlog-tiles.
Result<Bytes> bundle_of(const LogChunk& chunk) {
  std::size_t size = 0;
  for (const Bytes& entry : chunk.entries) {
    if (entry.empty() || entry.size() > std::numeric_limits<std::uint16_t>::max()) {
      return fail(ErrorCode::invalid_argument, "a log entry has 1 to 65,535 bytes");
    }
    size += 2 + entry.size();
  }
  Bytes bundle;
  bundle.reserve(size);
  for (const Bytes& entry : chunk.entries) {
    bundle.push_back(static_cast<Byte>(entry.size() >> 8));
    bundle.push_back(static_cast<Byte>(entry.size() & 0xFF));
    append(bundle, entry);
  }
  return bundle;
}

Result<std::vector<Bytes>> entries_of(ByteView bundle, std::uint64_t count) {
  std::vector<Bytes> entries;
  while (bundle.size() >= 2) {
    const std::size_t size = std::size_t{bundle[0]} << 8 | bundle[1];
    if (size > bundle.size() - 2) {
      break;
    }
    entries.push_back(copy_of(bundle.subspan(2, size)));
    bundle = bundle.subspan(2 + size);
  }
  if (!bundle.empty() || entries.size() != count) {
    return fail(ErrorCode::store_corrupt, "a chunk of the log does not hold its entries");
  }
  return entries;
}

// Adds the chunk, which begins at or behind `next`; `next` becomes the index behind the chunk.
Result<void> add_chunk(Database& database, const LogChunk& chunk, std::uint64_t& next) {
  if (chunk.first < next) {
    return fail(ErrorCode::already_exists, "the journal has an entry of this index",
                std::string(name(chunk.journal)) + " entry " + std::to_string(chunk.first));
  }
  RAKKAN_TRY(const Bytes bundle, bundle_of(chunk));
  RAKKAN_TRY(const std::int64_t first, signed_index(chunk.first));
  RAKKAN_CHECK(database.execute(kInsertChunk[place(chunk.journal)], first,
                                static_cast<std::int64_t>(chunk.entries.size()), ByteView(bundle)));
  next = chunk.first + chunk.entries.size();
  return {};
}

Result<void> add_record(Database& database, const RecordRow& row) {
  RAKKAN_TRY(const std::int64_t entry, signed_index(row.index));
  RAKKAN_CHECK(database.execute("INSERT INTO record (entry, erased, subject, salt, body) VALUES (?, 0, ?, ?, ?)", entry,
                                row.subject, ByteView(row.salt), row.body));
  return {};
}

constexpr std::string_view kNewestSignatures =
    "SELECT id, credential, intent, outcome, created, state, facts FROM signature WHERE tenant = ? AND created "
    "BETWEEN "
    "? AND ? AND (created <> ? OR outcome < ?) ORDER BY created DESC, outcome DESC";
constexpr std::string_view kOldestSignatures =
    "SELECT id, credential, intent, outcome, created, state, facts FROM signature WHERE tenant = ? AND created "
    "BETWEEN "
    "? AND ? AND (created <> ? OR outcome > ?) ORDER BY created, outcome";

// Selects the rows that a page may show, from its first one on. The position is given as a bound of the time, so that
// the index over time leads to it; among the rows of one moment the index of the outcome decides.
Result<Statement> select_signatures(Database& database, const SignatureQuery& query) {
  constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  std::int64_t from = query.from ? milliseconds_of(*query.from) : kFirst;
  std::int64_t to = query.before ? milliseconds_of(*query.before) - 1 : kLast;
  std::int64_t moment = kFirst;  // no row has this time
  std::int64_t outcome = 0;
  if (query.after) {
    moment = milliseconds_of(query.after->created);
    RAKKAN_TRY(outcome, signed_index(query.after->outcome));
    std::int64_t& bound = query.oldest_first ? from : to;
    bound = query.oldest_first ? std::max(bound, moment) : std::min(bound, moment);
  }
  return database.prepare(query.oldest_first ? kOldestSignatures : kNewestSignatures, query.tenant.value(), from, to,
                          moment, outcome);
}

// A signature row's state (sqlite_schema.cpp).
enum class Kept : std::uint8_t {
  whole,      // its tail as it is: rows of schema versions up to 7
  in_parts,   // its tail as stored_tail.hpp has it
  no_longer,  // erased
};

Result<Kept> state_column(const Statement& statement, int column) {
  RAKKAN_TRY(const std::int64_t state, statement.integer(column));
  if (state < 0 || state > 3) {
    return fail(ErrorCode::store_corrupt, "a signature is in no state that we write");
  }
  return state % 2 != 0 ? Kept::no_longer : state == 0 ? Kept::whole : Kept::in_parts;
}

// Reads the columns 1 to 6 of every select of signatures: credential, intent, outcome, created, state, facts. Returns
// how the row is kept.
Result<Kept> read_what_is_listed(const Statement& statement, SignatureRow& row) {
  RAKKAN_TRY(std::string credential, statement.text(1));
  row.credential = CredentialId(std::move(credential));
  RAKKAN_TRY(row.intent, index_column(statement, 2));
  RAKKAN_TRY(row.outcome, index_column(statement, 3));
  RAKKAN_TRY(row.created, instant_column(statement, 4));
  RAKKAN_TRY(const Kept kept, state_column(statement, 5));
  if (kept != Kept::no_longer) {
    RAKKAN_TRY(row.facts, statement.text(6));
  }
  return kept;
}

// Reads the row on which the statement of select_signatures() stands.
Result<SignatureRow> read_listed(const Statement& statement, const TenantId& tenant) {
  SignatureRow row;
  row.tenant = tenant;
  RAKKAN_TRY(std::string id, statement.text(0));
  row.id = SignatureId(std::move(id));
  RAKKAN_CHECK(read_what_is_listed(statement, row));
  return row;
}

bool is_wanted(const SignatureRow& row, const SignatureQuery& query) {
  return (query.credential.empty() || row.credential == query.credential) &&
         (query.facts_with.empty() || row.facts.find(query.facts_with) != std::string::npos);
}

Result<std::uint64_t> end_of(Database& database, Journal journal) {
  RAKKAN_TRY(Statement released, database.prepare("SELECT released FROM journal WHERE name = ?", name(journal)));
  RAKKAN_TRY(const bool row, released.step());
  if (!row) {
    return fail(ErrorCode::store_corrupt, "a journal is missing", std::string(name(journal)));
  }
  RAKKAN_TRY(std::uint64_t end, index_column(released, 0));
  RAKKAN_TRY(const std::vector<LogChunk> chunks, read_chunks(database, journal));
  if (!chunks.empty()) {
    end = std::max(end, chunks.back().first + chunks.back().entries.size());
  }
  return end;
}

}  // namespace

Result<std::vector<LogChunk>> read_chunks(Database& database, Journal journal) {
  RAKKAN_TRY(Statement statement, database.prepare(kSelectChunks[place(journal)]));
  std::vector<LogChunk> chunks;
  for (;;) {
    RAKKAN_TRY(const bool row, statement.step());
    if (!row) {
      return chunks;
    }
    LogChunk chunk{journal, 0, {}};
    RAKKAN_TRY(chunk.first, index_column(statement, 0));
    RAKKAN_TRY(const std::uint64_t count, index_column(statement, 1));
    RAKKAN_TRY(const Bytes bundle, statement.blob(2));
    RAKKAN_TRY(chunk.entries, entries_of(bundle, count));
    chunks.push_back(std::move(chunk));
  }
}

Result<JournalEnds> read_journal_ends(Database& database) {
  JournalEnds ends{};
  for (const Journal journal : kJournals) {
    RAKKAN_TRY(ends[place(journal)], end_of(database, journal));
  }
  return ends;
}

Result<void> SqliteStore::commit(const Additions& additions) {
  const std::scoped_lock lock(mutex_);
  JournalEnds ends = ends_;
  CertificateChange certificates(database_, certificates_);
  KeptChange kept(database_, kept_, certificates);
  const auto add = [&]() -> Result<void> {
    for (const LogChunk& chunk : additions.chunks) {
      RAKKAN_CHECK(add_chunk(database_, chunk, ends[place(chunk.journal)]));
    }
    for (const RecordRow& row : additions.records) {
      RAKKAN_CHECK(add_record(database_, row));
    }
    for (const RowChange& change : additions.changes) {
      RAKKAN_CHECK(apply(database_, certificates, kept, change));
    }
    return certificates.write();
  };
  RAKKAN_CHECK(database_.transaction(add));
  certificates.keep();
  kept.keep();
  ends_ = ends;
  return {};
}

Result<std::vector<LogChunk>> SqliteStore::unreleased_entries(Journal journal) {
  const std::scoped_lock lock(mutex_);
  return read_chunks(database_, journal);
}

Result<RecordRow> SqliteStore::record(std::uint64_t index) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const std::int64_t entry, signed_index(index));
  RAKKAN_TRY(Statement statement,
             database_.prepare("SELECT salt, body, subject FROM record WHERE entry = ? AND erased = 0", entry));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return fail(ErrorCode::audit_index_unknown, "the entry has no record, or its record was erased",
                "entry " + std::to_string(index));
  }
  RecordRow row;
  row.index = index;
  RAKKAN_TRY(row.salt, statement.blob(0));
  RAKKAN_TRY(row.body, statement.text(1));
  RAKKAN_TRY(row.subject, statement.text(2));
  return row;
}

Result<std::vector<std::uint64_t>> SqliteStore::records_about(std::string_view subject) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(Statement statement,
             database_.prepare("SELECT entry FROM record WHERE subject = ? AND erased = 0 ORDER BY entry", subject));
  std::vector<std::uint64_t> indexes;
  for (;;) {
    RAKKAN_TRY(const bool row, statement.step());
    if (!row) {
      return indexes;
    }
    RAKKAN_TRY(const std::uint64_t index, index_column(statement, 0));
    indexes.push_back(index);
  }
}

Result<SignatureRow> SqliteStore::signature(const SignatureId& id) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(Statement statement,
             database_.prepare("SELECT tenant, credential, intent, outcome, created, state, facts, tail "
                               "FROM signature WHERE id = ?",
                               id.value()));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return fail(ErrorCode::signature_unknown, "no signature has this id", "signature " + id.value());
  }
  SignatureRow row;
  row.id = id;
  RAKKAN_TRY(std::string tenant, statement.text(0));
  row.tenant = TenantId(std::move(tenant));
  RAKKAN_TRY(const Kept kept, read_what_is_listed(statement, row));
  if (kept == Kept::no_longer) {
    return row;
  }
  RAKKAN_TRY(row.tail, statement.blob(7));
  if (kept == Kept::in_parts) {
    const auto certificate = [&](std::uint64_t number) { return read_certificate(database_, number); };
    RAKKAN_TRY(row.tail, decode_tail(row.tail, certificate));
  }
  return row;
}

Result<KeptSignatureRow> SqliteStore::kept_signature(const SignatureId& id) {
  const std::scoped_lock lock(mutex_);
  return kept_.find(database_, id);
}

Result<std::vector<KeptSignatureRow>> SqliteStore::kept_signatures() {
  const std::scoped_lock lock(mutex_);
  return kept_.list(database_);
}

Result<SignaturePage> SqliteStore::signatures(const SignatureQuery& query) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(Statement statement, select_signatures(database_, query));
  SignaturePage page;
  std::optional<SignaturePosition> last;
  for (std::size_t examined = 0;; ++examined) {
    RAKKAN_TRY(const bool found, statement.step());
    if (!found) {
      return page;
    }
    if (page.rows.size() == query.most || examined == SignatureQuery::kMostExamined) {
      page.next = last;
      return page;
    }
    RAKKAN_TRY(SignatureRow row, read_listed(statement, query.tenant));
    last = {row.created, row.outcome};
    if (is_wanted(row, query)) {
      page.rows.push_back(std::move(row));
    }
  }
}

Result<std::optional<IdempotencyRow>> SqliteStore::answer(const TenantId& tenant, std::string_view key) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(
      Statement statement,
      database_.prepare("SELECT fingerprint, created, signature, answer FROM answer WHERE tenant = ? AND key = ?",
                        tenant.value(), key));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return std::nullopt;
  }
  IdempotencyRow row;
  row.tenant = tenant;
  row.key = key;
  RAKKAN_TRY(row.fingerprint, statement.blob(0));
  RAKKAN_TRY(row.created, instant_column(statement, 1));
  RAKKAN_TRY(std::string signature, statement.text(2));
  row.signature = SignatureId(std::move(signature));
  RAKKAN_TRY(row.answer, statement.blob(3));
  return row;
}

Result<std::vector<ActivationRow>> SqliteStore::activations(Instant not_expired_at) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(Statement statement,
             database_.prepare("SELECT id, tenant, credential, expires, digest, used FROM activation JOIN "
                               "activation_digest ON activation = id WHERE expires > ? ORDER BY id, digest",
                               milliseconds_of(not_expired_at)));
  std::vector<ActivationRow> rows;
  for (;;) {
    RAKKAN_TRY(const bool found, statement.step());
    if (!found) {
      return rows;
    }
    RAKKAN_TRY(Bytes id, statement.blob(0));
    if (rows.empty() || rows.back().id != id) {
      ActivationRow row;
      row.id = std::move(id);
      RAKKAN_TRY(std::string tenant, statement.text(1));
      row.tenant = TenantId(std::move(tenant));
      RAKKAN_TRY(std::string credential, statement.text(2));
      row.credential = CredentialId(std::move(credential));
      RAKKAN_TRY(row.expires, instant_column(statement, 3));
      rows.push_back(std::move(row));
    }
    RAKKAN_TRY(std::string digest, statement.text(4));
    RAKKAN_TRY(const std::int64_t used, statement.integer(5));
    if (used != 0) {
      rows.back().used.push_back(digest);
    }
    rows.back().digests.push_back(std::move(digest));
  }
}

Result<std::optional<std::string>> SqliteStore::fact(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(Statement statement, database_.prepare("SELECT value FROM fact WHERE name = ?", name));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return std::nullopt;
  }
  RAKKAN_TRY(const Bytes value, statement.blob(0));
  return std::string(text_of(value));
}

Result<void> SqliteStore::set_fact(std::string_view name, std::string_view value) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_CHECK(
      database_.execute("INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) "
                        "DO UPDATE SET value = excluded.value",
                        name, bytes_of(value)));
  return {};
}

Result<std::map<std::string, std::string>> SqliteStore::facts_below(std::string_view beginning) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(
      Statement statement,
      database_.prepare("SELECT substr(name, length(?1) + 1), value FROM fact WHERE substr(name, 1, length(?1)) = ?1",
                        beginning));
  std::map<std::string, std::string> facts;
  for (;;) {
    RAKKAN_TRY(const bool more, statement.step());
    if (!more) {
      return facts;
    }
    RAKKAN_TRY(std::string name, statement.text(0));
    RAKKAN_TRY(const Bytes value, statement.blob(1));
    facts.emplace(std::move(name), text_of(value));
  }
}

}  // namespace rakkan::store
