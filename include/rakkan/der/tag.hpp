// Tag: identifier octets (X.690 §8.1.2) in the low-tag-number form, the only form that the structures of CMS, X.509 and
// TSP use.
#pragma once

#include <cstdint>

namespace rakkan::der {

enum class Tag : std::uint8_t {
  boolean = 0x01,
  integer = 0x02,
  bit_string = 0x03,
  octet_string = 0x04,
  null = 0x05,
  oid = 0x06,
  enumerated = 0x0A,
  utf8_string = 0x0C,
  printable_string = 0x13,
  teletex_string = 0x14,
  ia5_string = 0x16,
  utc_time = 0x17,
  generalized_time = 0x18,
  visible_string = 0x1A,
  universal_string = 0x1C,
  bmp_string = 0x1E,
  sequence = 0x30,
  set = 0x31,
};

// The tag [number], primitive: for an IMPLICIT primitive type. number < 31.
constexpr Tag context(unsigned number) noexcept { return static_cast<Tag>(0x80U | number); }
// The tag [number], constructed: for an EXPLICIT type, or an IMPLICIT SEQUENCE or SET. number < 31.
constexpr Tag context_constructed(unsigned number) noexcept { return static_cast<Tag>(0xA0U | number); }

}  // namespace rakkan::der
