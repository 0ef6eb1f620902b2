// XrefTable is a cross-reference table (ISO 32000-2 §7.5.4), left in place: an entry is read from the base when its
// number is looked up.
#pragma once

#include <optional>
#include <vector>

#include "pdf/number_ranges.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/xref.hpp"

namespace rakkan::pdf {

class XrefTable {
 public:
  // Reads the subsections' headings after the keyword xref at `position`, up to and including the keyword trailer.
  [[nodiscard]] static Result<XrefTable> read(ByteView base, std::size_t position, std::uint64_t max_number);

  // Position of the trailer dictionary.
  [[nodiscard]] std::size_t trailer_position() const noexcept { return trailer_position_; }
  [[nodiscard]] const NumberRanges& ranges() const noexcept { return ranges_; }
  // The entry of a number; nothing when the table does not have it. Fails with pdf_malformed when the row is not an
  // entry.
  [[nodiscard]] Result<std::optional<XrefEntry>> find(ByteView base, std::uint32_t number) const;

 private:
  // Subsection: its rows are 20 bytes apart from `position` on, or were read line by line because they are not.
  struct Subsection {
    std::size_t position = 0;
    std::vector<XrefEntry> irregular;
  };
  [[nodiscard]] static Result<std::vector<XrefEntry>> read_irregular(class Lexer& lexer, ByteView base,
                                                                     std::uint64_t count);

  NumberRanges ranges_;
  std::vector<Subsection> subsections_;
  std::size_t trailer_position_ = 0;
};

}  // namespace rakkan::pdf
