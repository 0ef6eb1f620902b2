// XrefStream is a cross-reference stream (ISO 32000-2 §7.5.8), decoded once; a row is read when its number is looked
// up.
#pragma once

#include <array>
#include <optional>

#include "pdf/number_ranges.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/xref.hpp"

namespace rakkan::pdf {

class XrefStream {
 public:
  // Reads a stream's dictionary with its decoded rows. /W, /Index and /Size must be direct (§7.5.8.2).
  [[nodiscard]] static Result<XrefStream> read(Value dictionary, Bytes rows, std::uint64_t max_number);

  [[nodiscard]] const NumberRanges& ranges() const noexcept { return ranges_; }
  [[nodiscard]] std::optional<XrefEntry> find(std::uint32_t number) const noexcept;
  // The entry at a place of ranges().
  [[nodiscard]] XrefEntry at(NumberRanges::Place place) const noexcept;

 private:
  Bytes rows_;
  std::array<std::size_t, 3> widths_{};
  NumberRanges ranges_;
  std::vector<std::uint64_t> first_rows_;  // index of the first row of each range
};

}  // namespace rakkan::pdf
