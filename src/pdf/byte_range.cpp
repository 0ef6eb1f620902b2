#include "rakkan/pdf/byte_range.hpp"

namespace rakkan::pdf {

std::string ByteRange::text() const {
  std::string text;
  text.reserve(kTextWidth);
  for (const std::uint64_t value : {std::uint64_t{0}, first_length, second_offset, second_length}) {
    std::string slot = std::to_string(value);
    slot.resize(kSlotWidth, ' ');
    text += slot;
  }
  return text;
}

}  // namespace rakkan::pdf
