#include "store/sqlite_evidence.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "store/sqlite_rows.hpp"
#include "store/sqlite_store.hpp"

namespace rakkan::store {
namespace {

constexpr std::size_t kPiecesAtOnce = 64;  // of 4 KiB: a commit waits for so many at most
// So long a large change leaves lock and disk to others after each transaction.
constexpr std::chrono::milliseconds kPause{1};

}  // namespace

Result<KnownEvidence> KnownEvidence::read(Database& database) {
  KnownEvidence known;
  std::map<std::uint64_t, std::map<std::uint32_t, std::uint64_t>> places;  // of pieces by index, by the entry's number
  std::map<std::uint64_t, std::uint32_t> counts;
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT place, used, substr(content, 1, 16) FROM evidence_piece ORDER BY place"));
  for (;;) {
    RAKKAN_TRY(const bool found, statement.step());
    if (!found) {
      break;
    }
    RAKKAN_TRY(const std::uint64_t place, index_column(statement, 0));
    RAKKAN_TRY(const std::int64_t used, statement.integer(1));
    known.next_place_ = place + 1;
    if (used == 0) {
      known.free_.push_back(place);
      continue;
    }
    RAKKAN_TRY(const Bytes content, statement.blob(2));
    RAKKAN_TRY(const PieceHead head, decode_piece_head(content));
    known.next_number_ = std::max(known.next_number_, head.number + 1);
    counts.insert_or_assign(head.number, head.count);
    if (!places[head.number].emplace(head.index, place).second) {
      return fail(ErrorCode::store_corrupt, "a piece of cached evidence is there twice",
                  "place " + std::to_string(place));
    }
  }
  for (const auto& [number, pieces] : places) {
    Entry entry{number, {}};
    for (const auto& [index, place] : pieces) {
      entry.places.push_back(place);
    }
    if (pieces.size() != counts.at(number)) {
      known.remains_.insert(known.remains_.end(), entry.places.begin(), entry.places.end());
      continue;
    }
    RAKKAN_TRY(const Bytes content, payloads(database, entry));
    RAKKAN_TRY(EvidenceRow row, decode_evidence(content));
    if (!known.by_key_.emplace(std::move(row.key), std::move(entry)).second) {
      return fail(ErrorCode::store_corrupt, "cached evidence is there twice", "entry " + std::to_string(number));
    }
  }
  return known;
}

Result<Bytes> KnownEvidence::payloads(Database& database, const Entry& entry) {
  Bytes payloads;
  payloads.reserve(entry.places.size() * kPiecePayload);
  for (const std::uint64_t place : entry.places) {
    RAKKAN_TRY(const std::int64_t row, signed_index(place));
    RAKKAN_TRY(Statement statement, database.prepare("SELECT content FROM evidence_piece WHERE place = ?", row));
    RAKKAN_TRY(const bool found, statement.step());
    if (!found) {
      return fail(ErrorCode::store_corrupt, "a piece of cached evidence is not there",
                  "place " + std::to_string(place));
    }
    RAKKAN_TRY(const Bytes piece, statement.blob(0));
    if (piece.size() != kPieceSize) {
      return fail(ErrorCode::store_corrupt, "a piece of cached evidence has another size",
                  "place " + std::to_string(place));
    }
    append(payloads, ByteView(piece).subspan(kPieceHead));
  }
  return payloads;
}

std::vector<std::string> KnownEvidence::keys() const {
  std::vector<std::string> keys;
  keys.reserve(by_key_.size());
  for (const auto& [key, entry] : by_key_) {
    keys.push_back(key);
  }
  return keys;
}

Result<std::vector<EvidenceRow>> KnownEvidence::rows(Database& database) const {
  std::vector<const Entry*> entries;
  entries.reserve(by_key_.size());
  for (const auto& [key, entry] : by_key_) {
    entries.push_back(&entry);
  }
  std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) { return a->number < b->number; });
  std::vector<EvidenceRow> rows;
  rows.reserve(entries.size());
  for (const Entry* const entry : entries) {
    RAKKAN_TRY(const Bytes content, payloads(database, *entry));
    RAKKAN_TRY(EvidenceRow row, decode_evidence(content));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<EvidenceWriting> EvidenceWriting::of(const EvidenceChange& change, KnownEvidence& known) {
  EvidenceWriting writing(known);
  for (const std::uint64_t place : known.remains_) {
    writing.overwrite(place);
    writing.freed_.push_back(place);
  }
  known.remains_.clear();
  for (const std::string& key : change.forgotten) {
    writing.forget(key);
  }
  for (const EvidenceRow& row : change.kept) {
    writing.forget(row.key);
  }
  for (const EvidenceRow& row : change.kept) {
    RAKKAN_CHECK(writing.keep_row(row));
  }
  return writing;
}

// Once its first piece is gone, the entry is none.
void EvidenceWriting::forget(const std::string& key) {
  const auto found = known_->by_key_.find(key);
  if (found == known_->by_key_.end()) {
    return;
  }
  for (const std::uint64_t place : found->second.places) {
    overwrite(place);
    freed_.push_back(place);
  }
  known_->by_key_.erase(found);
}

Result<void> EvidenceWriting::keep_row(const EvidenceRow& row) {
  KnownEvidence::Entry entry{known_->next_number_++, {}};
  RAKKAN_TRY(EvidencePieces pieces, EvidencePieces::of(row, entry.number));
  entries_.push_back(std::make_unique<const EvidencePieces>(std::move(pieces)));
  for (std::size_t index = 0; index < entries_.back()->count(); ++index) {
    const bool is_new = known_->free_.empty();
    const std::uint64_t place = is_new ? known_->next_place_++ : known_->free_.back();
    if (!is_new) {
      known_->free_.pop_back();
    }
    entry.places.push_back(place);
    steps_.push_back({place, entries_.back().get(), index, is_new});
  }
  if (!added_.emplace(row.key, std::move(entry)).second) {
    return fail(ErrorCode::invalid_argument, "two rows of one change have one key");
  }
  return {};
}

Result<void> EvidenceWriting::write(Database& database, const Step& step) {
  RAKKAN_TRY(const std::int64_t place, signed_index(step.place));
  if (step.entry == nullptr) {
    return database
        .execute("UPDATE evidence_piece SET used = 0, content = zeroblob(length(content)) WHERE place = ?", place)
        .map([](int) {});
  }
  const Bytes piece = step.entry->piece(step.index);
  if (step.is_new) {
    return database
        .execute("INSERT INTO evidence_piece (place, used, content) VALUES (?, 1, ?)", place, ByteView(piece))
        .map([](int) {});
  }
  RAKKAN_TRY(const int changed, database.execute("UPDATE evidence_piece SET used = 1, content = ? WHERE place = ? AND "
                                                 "used = 0 AND length(content) = ?",
                                                 ByteView(piece), place, static_cast<std::int64_t>(piece.size())));
  return changed == 1 ? Result<void>()
                      : fail(ErrorCode::store_corrupt, "a place for cached evidence is not free",
                             "place " + std::to_string(step.place));
}

Result<void> EvidenceWriting::step(Database& database) {
  const std::size_t end = std::min(steps_.size(), next_ + kPiecesAtOnce);
  const auto write_some = [&]() -> Result<void> {
    for (std::size_t i = next_; i < end; ++i) {
      RAKKAN_CHECK(write(database, steps_.at(i)));
    }
    return {};
  };
  RAKKAN_CHECK(database.transaction(write_some));
  next_ = end;
  return {};
}

void EvidenceWriting::keep() {
  known_->by_key_.merge(std::move(added_));
  known_->free_.insert(known_->free_.end(), freed_.begin(), freed_.end());
}

Result<KnownEvidence*> SqliteStore::known_evidence() {
  if (!evidence_) {
    RAKKAN_TRY(evidence_, KnownEvidence::read(database_));
  }
  return &*evidence_;
}

Result<std::vector<EvidenceRow>> SqliteStore::evidence() {
  const std::scoped_lock changing(evidence_mutex_);
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const KnownEvidence* const known, known_evidence());
  return known->rows(database_);
}

Result<std::vector<std::string>> SqliteStore::evidence_keys() {
  const std::scoped_lock changing(evidence_mutex_);
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const KnownEvidence* const known, known_evidence());
  return known->keys();
}

Result<void> SqliteStore::change_evidence(const EvidenceChange& change) {
  const std::scoped_lock changing(evidence_mutex_);
  std::unique_lock lock(mutex_);
  RAKKAN_TRY(KnownEvidence* const known, known_evidence());
  Result<EvidenceWriting> writing = EvidenceWriting::of(change, *known);
  if (!writing) {
    evidence_.reset();
    return fail(writing.error());
  }
  while (!writing->done()) {
    if (Result<void> stepped = writing->step(database_); !stepped) {
      evidence_.reset();
      return stepped;
    }
    if (!writing->done()) {
      lock.unlock();
      std::this_thread::sleep_for(kPause);
      lock.lock();
    }
  }
  writing->keep();
  return {};
}

}  // namespace rakkan::store
