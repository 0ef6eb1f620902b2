// The form in which cached evidence is kept. Its rows come and go, name persons, and are of any size, while a row that
// is deleted or grows leaves copies of itself in pages (sqlite_kept.hpp). So an entry is cut into pieces of one size,
// each a row that fills a page; a piece that nobody needs is overwritten with zeros where it stands, and another one
// takes its place.
//
//   piece   = number index count payload
//   number  = 8octet       ; of the entry: above those of all entries before it
//   index   = 4octet       ; of the piece in its entry, from 0
//   count   = 4octet       ; pieces of the entry
//   payload = 4032octet    ; of the entry, in order; zeros behind its end
//   entry   = key media-type this-update next-update bytes   ; base/fields.hpp; times in milliseconds
#pragma once

#include <cstddef>
#include <cstdint>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/store/evidence_row.hpp"

namespace rakkan::store {

inline constexpr std::size_t kPieceHead = 16;
inline constexpr std::size_t kPiecePayload = 4'032;
// With what SQLite writes around it, as large as a row of a page of 4096 bytes may be without going to a second page.
inline constexpr std::size_t kPieceSize = kPieceHead + kPiecePayload;

struct PieceHead {
  std::uint64_t number = 0;
  std::uint32_t index = 0;
  std::uint32_t count = 0;
};
// store_corrupt for one that no entry has.
[[nodiscard]] Result<PieceHead> decode_piece_head(ByteView piece);

// An entry, cut as it is written, so that a large one is not copied whole. The row outlives it.
class EvidencePieces {
 public:
  // invalid_argument for a row that is too large.
  [[nodiscard]] static Result<EvidencePieces> of(const EvidenceRow& row, std::uint64_t number);
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] Bytes piece(std::size_t index) const;

 private:
  EvidencePieces(Bytes fields, const EvidenceRow& row, std::uint64_t number) noexcept;
  Bytes fields_;  // all of the entry but the bytes themselves
  const Bytes* bytes_;
  std::uint64_t number_;
  std::size_t count_;
};

// Reads the payloads of an entry's pieces, one behind the other. store_corrupt.
[[nodiscard]] Result<EvidenceRow> decode_evidence(ByteView payloads);

}  // namespace rakkan::store
