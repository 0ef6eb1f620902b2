// XrefTable is a cross-reference table (ISO 32000-2 §7.5.4), left in place: an entry is read from the document when its
// number is looked up.
#pragma once

#include <optional>
#include <vector>

#include "pdf/number_ranges.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/document_bytes.hpp"
#include "rakkan/pdf/xref.hpp"

namespace rakkan::pdf {

class XrefTable {
 public:
  // Reads the subsections' headings from `offset`, one past the keyword xref, up to and including the keyword trailer.
  // The table views the piece, in which all of it stands.
  [[nodiscard]] static Result<XrefTable> read(const DocumentBytes::Piece& piece, std::uint64_t offset,
                                              std::uint64_t max_number);

  // The offset of the trailer dictionary.
  [[nodiscard]] std::uint64_t trailer_offset() const noexcept { return piece_.begin + trailer_position_; }
  [[nodiscard]] const NumberRanges& ranges() const noexcept { return ranges_; }
  // The entry of a number; nothing when the table does not have it. Fails with pdf_malformed when the row is not an
  // entry.
  [[nodiscard]] Result<std::optional<XrefEntry>> find(std::uint32_t number) const;
  // The entry at a place of ranges(). Fails as find.
  [[nodiscard]] Result<XrefEntry> at(NumberRanges::Place place) const;

 private:
  // Subsection: its rows are 20 bytes apart from `position` on, or were read line by line because they are not.
  struct Subsection {
    std::size_t position = 0;
    std::vector<XrefEntry> irregular;
  };
  [[nodiscard]] Result<void> read_subsections(std::size_t position, std::uint64_t max_number);
  [[nodiscard]] Result<std::vector<XrefEntry>> read_irregular(class Lexer& lexer, std::uint64_t count) const;
  [[nodiscard]] tl::unexpected<Error> damaged(std::size_t position) const;

  DocumentBytes::Piece piece_;  // positions are in its bytes
  NumberRanges ranges_;
  std::vector<Subsection> subsections_;
  std::size_t trailer_position_ = 0;
};

}  // namespace rakkan::pdf
