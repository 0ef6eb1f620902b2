#include "rakkan/pdf/document_bytes.hpp"

namespace rakkan::pdf {

const DocumentBytes::Piece& DocumentBytes::updates_piece_at(std::uint64_t offset) const noexcept {
  const auto after = std::upper_bound(updates_.begin(), updates_.end(), offset,
                                      [](std::uint64_t at, const Piece& piece) { return at < piece.end(); });
  return after == updates_.end() ? updates_.back() : *after;
}

DocumentBytes DocumentBytes::prefix(std::uint64_t end) const {
  const auto cut = [end](const Piece& piece) {
    return piece.bytes.first(static_cast<std::size_t>(std::min(std::max(end, piece.begin), piece.end()) - piece.begin));
  };
  DocumentBytes earlier(cut(base_));
  for (const Piece& piece : updates_) {
    earlier.append(cut(piece));
  }
  return earlier;
}

ByteView DocumentBytes::joined(std::uint64_t begin, std::uint64_t end, Bytes& storage) const {
  end = std::min(end, size());
  begin = std::min(begin, end);
  const Piece& piece = piece_at(begin);
  if (end <= piece.end()) {
    return piece.bytes.subspan(static_cast<std::size_t>(begin - piece.begin), static_cast<std::size_t>(end - begin));
  }
  storage.clear();
  storage.reserve(static_cast<std::size_t>(end - begin));
  for_each(begin, end, [&storage](ByteView part) { rakkan::append(storage, part); });
  return storage;
}

}  // namespace rakkan::pdf
