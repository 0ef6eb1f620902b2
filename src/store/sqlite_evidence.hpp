// The table of cached evidence (evidence_pieces.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "store/evidence_pieces.hpp"
#include "store/sqlite.hpp"

namespace rakkan::store {

// The entries by key, and the places that are free. An entry of which a piece is missing was being written, or
// overwritten, when the process ended: it is none, and its pieces are to be overwritten.
class KnownEvidence {
 public:
  [[nodiscard]] static Result<KnownEvidence> read(Database& database);

  [[nodiscard]] std::vector<std::string> keys() const;
  [[nodiscard]] Result<std::vector<EvidenceRow>> rows(Database& database) const;  // in the order they were kept

 private:
  friend class EvidenceWriting;
  struct Entry {
    std::uint64_t number = 0;
    std::vector<std::uint64_t> places;  // of the pieces in their order
  };
  [[nodiscard]] static Result<Bytes> payloads(Database& database, const Entry& entry);

  std::map<std::string, Entry> by_key_;
  std::vector<std::uint64_t> free_;
  std::vector<std::uint64_t> remains_;  // pieces of entries that are none
  std::uint64_t next_place_ = 1;
  std::uint64_t next_number_ = 1;
};

// The work of a change, to be done in transactions of some hundred KiB.
class EvidenceWriting {
 public:
  // Takes places for all pieces. After a failure of any step `known` is no longer right and is read again. Both outlive
  // it. invalid_argument.
  [[nodiscard]] static Result<EvidenceWriting> of(const EvidenceChange& change, KnownEvidence& known);

  [[nodiscard]] bool done() const noexcept { return next_ == steps_.size(); }
  // One transaction.
  [[nodiscard]] Result<void> step(Database& database);
  // When all is done.
  void keep();

 private:
  struct Step {
    std::uint64_t place = 0;
    const EvidencePieces* entry = nullptr;  // null: zeros
    std::size_t index = 0;                  // of its piece
    bool is_new = false;
  };
  explicit EvidenceWriting(KnownEvidence& known) noexcept : known_(&known) {}
  void overwrite(std::uint64_t place) { steps_.push_back({place, nullptr, 0, false}); }
  void forget(const std::string& key);
  [[nodiscard]] Result<void> keep_row(const EvidenceRow& row);
  [[nodiscard]] static Result<void> write(Database& database, const Step& step);

  KnownEvidence* known_;
  std::vector<std::unique_ptr<const EvidencePieces>> entries_;
  std::vector<Step> steps_;
  std::size_t next_ = 0;
  std::vector<std::uint64_t> freed_;
  std::map<std::string, KnownEvidence::Entry> added_;
};

}  // namespace rakkan::store
