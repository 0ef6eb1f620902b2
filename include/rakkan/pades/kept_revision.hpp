// KeptRevision is a PreparedRevision as it is kept while its CMS is not complete: the bytes to append without the
// digits of /Contents, which are zeros until the CMS is there. The document itself is not needed to go on from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pades/prepared_revision.hpp"

namespace rakkan::pades {

struct KeptRevision {
  Bytes own;                    // the tail without the digits
  std::uint64_t digits_at = 0;  // where the first of them stands in the tail
  std::size_t reserve = 0;      // bytes of CMS that fit into /Contents
  std::uint64_t base_size = 0;
  PreparedRevision::ByteRange byte_range{};
  std::string field_name;

  [[nodiscard]] static KeptRevision of(const PreparedRevision& prepared);
};

// The whole tail with the CMS in /Contents, byte for byte that of SignedRevision::embed. cms_larger_than_reserved;
// invalid_argument when the digits would stand outside of the tail.
[[nodiscard]] Result<Bytes> embed(const KeptRevision& kept, ByteView cms);

}  // namespace rakkan::pades
