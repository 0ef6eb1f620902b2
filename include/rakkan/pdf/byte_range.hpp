// ByteRange says which bytes of a document a signature covers: all but its own /Contents (ISO 32000-2 §12.8.1).
#pragma once

#include <cstdint>
#include <string>

#include "rakkan/base/bytes.hpp"

namespace rakkan::pdf {

// The two spans are [0, first_length) and [second_offset, second_offset + second_length).
struct ByteRange {
  std::uint64_t first_length = 0;
  std::uint64_t second_offset = 0;
  std::uint64_t second_length = 0;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;

  // The four numbers as the array's elements, each padded to kSlotWidth: the length does not depend on the values, so
  // that room for the array can be written before they are known. The largest 64-bit offset has 19 digits.
  static constexpr std::size_t kSlotWidth = 20;
  static constexpr std::size_t kTextWidth = 4 * kSlotWidth;
  [[nodiscard]] std::string text() const;
};

}  // namespace rakkan::pdf
