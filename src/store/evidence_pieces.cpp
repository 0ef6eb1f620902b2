#include "store/evidence_pieces.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "rakkan/base/fields.hpp"

namespace rakkan::store {
namespace {

tl::unexpected<Error> corrupt() {
  return fail(ErrorCode::store_corrupt, "cached evidence has not the form in which it is written");
}

std::uint64_t written(Instant instant) { return static_cast<std::uint64_t>(instant.time_since_epoch().count()); }
Instant read_instant(FieldReader& fields) {
  return Instant(std::chrono::milliseconds(static_cast<std::int64_t>(fields.number())));
}

// Copies the bytes of `part`, which begins at `begin` of the entry, that fall into the payload from `from` on.
void copy_part(ByteView part, std::size_t begin, std::size_t from, Bytes& piece) {
  const std::size_t first = std::max(begin, from);
  const std::size_t end = std::min(begin + part.size(), from + kPiecePayload);
  if (first < end) {
    const ByteView falls = part.subspan(first - begin, end - first);
    std::copy(falls.begin(), falls.end(), piece.begin() + static_cast<std::ptrdiff_t>(kPieceHead + first - from));
  }
}

}  // namespace

Result<PieceHead> decode_piece_head(ByteView piece) {
  FieldReader fields(piece.first(std::min(piece.size(), kPieceHead)));
  PieceHead head;
  head.number = fields.number();
  head.index = static_cast<std::uint32_t>(fields.number(4));
  head.count = static_cast<std::uint32_t>(fields.number(4));
  if (!fields.done() || head.number == 0 || head.index >= head.count) {
    return corrupt();
  }
  return head;
}

EvidencePieces::EvidencePieces(Bytes fields, const EvidenceRow& row, std::uint64_t number) noexcept
    : fields_(std::move(fields)),
      bytes_(row.bytes.get()),
      number_(number),
      count_((fields_.size() + bytes_->size() + kPiecePayload - 1) / kPiecePayload) {}

Result<EvidencePieces> EvidencePieces::of(const EvidenceRow& row, std::uint64_t number) {
  constexpr std::size_t kLargest = std::numeric_limits<std::uint32_t>::max() / 2;
  if (row.bytes == nullptr || row.bytes->size() > kLargest || row.key.size() > kLargest ||
      row.media_type.size() > kLargest) {
    return fail(ErrorCode::invalid_argument, "evidence is too large to be kept");
  }
  FieldWriter fields(row.key.size() + row.media_type.size() + 64);
  fields.text(row.key).text(row.media_type).number(written(row.this_update)).number(written(row.next_update));
  fields.number(row.bytes->size(), 4);
  return EvidencePieces(std::move(fields).take(), row, number);
}

Bytes EvidencePieces::piece(std::size_t index) const {
  FieldWriter head(kPieceSize);
  head.number(number_).number(index, 4).number(count_, 4);
  Bytes piece = std::move(head).take();
  piece.resize(kPieceSize);
  copy_part(fields_, 0, index * kPiecePayload, piece);
  copy_part(*bytes_, fields_.size(), index * kPiecePayload, piece);
  return piece;
}

Result<EvidenceRow> decode_evidence(ByteView payloads) {
  FieldReader fields(payloads);
  EvidenceRow row;
  row.key = fields.text();
  row.media_type = fields.text();
  row.this_update = read_instant(fields);
  row.next_update = read_instant(fields);
  const ByteView bytes = fields.bytes();
  const std::size_t used = row.key.size() + row.media_type.size() + bytes.size() + 28;
  if (row.key.empty() || used > payloads.size() || payloads.size() - used >= kPiecePayload) {
    return corrupt();
  }
  std::uint64_t padding = 0;
  for (std::size_t left = payloads.size() - used; left > 0; --left) {
    padding |= fields.number(1);
  }
  if (padding != 0 || !fields.done()) {
    return corrupt();
  }
  row.bytes = std::make_shared<const Bytes>(copy_of(bytes));
  return row;
}

}  // namespace rakkan::store
