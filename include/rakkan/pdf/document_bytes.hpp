// DocumentBytes are the bytes of a document: a base and the updates behind it (ISO 32000-2 §7.5.6), which may lie apart
// in memory. Nothing is copied or owned: the pieces outlive every view of them. Offsets count from the first byte of
// the base, as if all pieces were one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "rakkan/base/bytes.hpp"

namespace rakkan::pdf {

class DocumentBytes {
 public:
  struct Piece {
    ByteView bytes;
    std::uint64_t begin = 0;  // offset of its first byte in the document
    [[nodiscard]] std::uint64_t end() const noexcept { return begin + bytes.size(); }
  };

  DocumentBytes() noexcept = default;
  explicit DocumentBytes(ByteView base) noexcept : base_{base, 0} {}
  DocumentBytes(ByteView base, std::span<const ByteView> updates) : base_{base, 0} {
    for (const ByteView update : updates) {
      append(update);
    }
  }

  // Adds an update behind everything else.
  void append(ByteView update) {
    if (!update.empty()) {
      updates_.push_back({update, size()});
    }
  }

  [[nodiscard]] std::uint64_t size() const noexcept { return last().end(); }
  [[nodiscard]] const Piece& base() const noexcept { return base_; }
  [[nodiscard]] std::span<const Piece> updates() const noexcept { return updates_; }
  [[nodiscard]] const Piece& last() const noexcept { return updates_.empty() ? base_ : updates_.back(); }
  // The piece with the byte at the offset; the last piece for an offset that is not below size().
  [[nodiscard]] const Piece& piece_at(std::uint64_t offset) const noexcept {
    if (updates_.empty() || offset < base_.end()) {
      return base_;
    }
    return updates_piece_at(offset);
  }

  // The bytes from the beginning to `end`, at most all of them: an earlier state of the document.
  [[nodiscard]] DocumentBytes prefix(std::uint64_t end) const;

  // Calls visit(ByteView) with the bytes [begin, end), piece by piece; what is not below size() is left out.
  template <class Visit>
  void for_each(std::uint64_t begin, std::uint64_t end, const Visit& visit) const {
    visit_part(base_, begin, end, visit);
    for (const Piece& piece : updates_) {
      visit_part(piece, begin, end, visit);
    }
  }
  // The bytes [begin, end) as one: a view of the piece that has them all, or else of `storage`, into which they are
  // copied.
  [[nodiscard]] ByteView joined(std::uint64_t begin, std::uint64_t end, Bytes& storage) const;

 private:
  [[nodiscard]] const Piece& updates_piece_at(std::uint64_t offset) const noexcept;

  template <class Visit>
  static void visit_part(const Piece& piece, std::uint64_t begin, std::uint64_t end, const Visit& visit) {
    const std::uint64_t first = std::max(begin, piece.begin);
    const std::uint64_t last = std::min(end, piece.end());
    if (first < last) {
      visit(piece.bytes.subspan(static_cast<std::size_t>(first - piece.begin), static_cast<std::size_t>(last - first)));
    }
  }

  Piece base_;
  std::vector<Piece> updates_;  // none is empty
};

}  // namespace rakkan::pdf
