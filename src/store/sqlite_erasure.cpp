// Everything that leaves the Ledger of SqliteStore: released chunks, erased records, forgotten answers.
#include <algorithm>
#include <array>
#include <set>

#include "store/sqlite_changes.hpp"
#include "store/sqlite_rows.hpp"
#include "store/sqlite_store.hpp"
#include "store/stored_tail.hpp"

namespace rakkan::store {
namespace {

constexpr std::array kDeleteChunks{
    std::string_view("DELETE FROM trail_chunk WHERE first + count <= ?"),
    std::string_view("DELETE FROM tokens_chunk WHERE first + count <= ?"),
};

// Overwrites a record with zeros of the same length: the row keeps its place, so SQLite leaves no copy of it elsewhere.
Result<void> overwrite_record(Database& database, std::int64_t entry) {
  RAKKAN_CHECK(
      database.execute("UPDATE record SET erased = 1, salt = zeroblob(length(salt)), "
                       "subject = CAST(zeroblob(length(CAST(subject AS BLOB))) AS TEXT), "
                       "body = CAST(zeroblob(length(CAST(body AS BLOB))) AS TEXT) "
                       "WHERE entry = ? AND erased = 0",
                       entry));
  return {};
}

constexpr std::array kOfSignature{"outcome = ?", "intent = ?"};

// The numbers of the certificates, once for each stretch, of the signatures for which `where` holds of `entry`.
Result<std::vector<std::uint64_t>> certificates_where(Database& database, const std::string& where,
                                                      std::int64_t entry) {
  std::vector<std::uint64_t> all;
  RAKKAN_TRY(Statement statement, database.prepare("SELECT tail FROM signature WHERE state = 2 AND " + where, entry));
  for (;;) {
    RAKKAN_TRY(const bool found, statement.step());
    if (!found) {
      return all;
    }
    RAKKAN_TRY(const Bytes tail, statement.blob(0));
    RAKKAN_TRY(const std::vector<std::uint64_t> numbers, certificates_of(tail));
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
}

// Overwrites the signature whose intent or outcome is `entry`, and deletes the idempotency answers that name it.
Result<void> overwrite_signature(Database& database, CertificateChange& certificates, std::int64_t entry) {
  RAKKAN_CHECK(
      database.execute("DELETE FROM answer WHERE signature IN (SELECT id FROM signature WHERE outcome = ? UNION ALL "
                       "SELECT id FROM signature WHERE intent = ?)",
                       entry, entry));
  for (const std::string where : kOfSignature) {
    RAKKAN_TRY(const std::vector<std::uint64_t> numbers, certificates_where(database, where, entry));
    for (const std::uint64_t number : numbers) {
      certificates.let_go_of(number);
    }
    // The states of what is erased are the odd ones, each as large as the one before it.
    RAKKAN_CHECK(
        database.execute("UPDATE signature SET state = state + 1, tail = zeroblob(length(tail)), "
                         "facts = CAST(zeroblob(length(CAST(facts AS BLOB))) AS TEXT) "
                         "WHERE state IN (0, 2) AND " +
                             where,
                         entry));
  }
  return {};
}

}  // namespace

// Entries of the log hold nothing personal and stay in the log files, so their pages are freed without being
// overwritten: that would write every chunk a second time.
Result<void> SqliteStore::release_entries(Journal journal, std::uint64_t end) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const std::int64_t released, signed_index(end));
  const auto remove = [&]() -> Result<void> {
    RAKKAN_CHECK(database_.execute(kDeleteChunks[place(journal)], released));
    RAKKAN_CHECK(
        database_.execute("UPDATE journal SET released = max(released, ?) WHERE name = ?", released, name(journal)));
    return certificates_.are_counted() ? Result<void>() : certificates_.count(database_);
  };
  RAKKAN_TRY(const std::uint64_t end_of_signatures, KnownCertificates::end_of_signatures(database_));
  RAKKAN_CHECK(database_.execute("PRAGMA secure_delete=FAST"));
  const Result<void> removed = database_.transaction(remove);
  RAKKAN_CHECK(database_.execute("PRAGMA secure_delete=ON"));
  RAKKAN_CHECK(removed);
  if (!certificates_.are_counted()) {
    certificates_.all_counted(end_of_signatures);
  }
  ends_[place(journal)] = std::max(ends_[place(journal)], end);
  return {};
}

Result<void> apply_one(Database& database, CertificateChange& certificates, KeptChange& kept,
                       const RecordErasure& erasure) {
  for (const std::uint64_t index : erasure.indexes) {
    RAKKAN_CHECK(kept.erase_of(index));
    RAKKAN_TRY(const std::int64_t entry, signed_index(index));
    RAKKAN_CHECK(overwrite_record(database, entry));
    RAKKAN_CHECK(overwrite_signature(database, certificates, entry));
  }
  return {};
}

Result<std::vector<Bytes>> SqliteStore::certificates_behind(const std::vector<std::uint64_t>& indexes) {
  const std::scoped_lock lock(mutex_);
  std::set<std::uint64_t> numbers;
  for (const std::uint64_t index : indexes) {
    RAKKAN_TRY(const std::int64_t entry, signed_index(index));
    for (const std::string where : kOfSignature) {
      RAKKAN_TRY(const std::vector<std::uint64_t> made, certificates_where(database_, where, entry));
      numbers.insert(made.begin(), made.end());
    }
    const std::vector<std::uint64_t> kept = kept_.certificates_of(index);
    numbers.insert(kept.begin(), kept.end());
  }
  std::vector<Bytes> certificates;
  for (const std::uint64_t number : numbers) {
    RAKKAN_TRY(Bytes certificate, read_certificate(database_, number));
    certificates.push_back(std::move(certificate));
  }
  return certificates;
}

Result<void> SqliteStore::purge() {
  const std::scoped_lock lock(mutex_);
  return database_.empty_log();
}

Result<void> SqliteStore::forget(Instant answers_before, Instant activations_before) {
  const std::scoped_lock lock(mutex_);
  return database_.transaction([&]() -> Result<void> {
    const Instant before = std::min(answers_before, kept_.oldest().value_or(answers_before));
    RAKKAN_CHECK(database_.execute("DELETE FROM answer WHERE created < ?", milliseconds_of(before)));
    RAKKAN_CHECK(database_.execute("DELETE FROM activation WHERE expires < ?", milliseconds_of(activations_before)));
    return {};
  });
}

}  // namespace rakkan::store
