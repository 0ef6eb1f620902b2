// The form in which a signature between its value and its outcome is kept: the fields one after another, each behind
// its length, and zeros up to one of few sizes, so that a row can be used again.
//
//   kept        = length *fields padding
//   fields      = id tenant credential intent created level missing source key content certificates
//   length      = 4octet           ; big-endian; of the fields together
//   certificates = count *number   ; count: 1 octet, number: 8 octets, of a row of `certificate`
//   padding     = *%x00
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/store/row_change.hpp"

namespace rakkan::store {

struct KeptForm {
  KeptSignatureRow row;  // without certificates
  std::vector<std::uint64_t> certificates;
};

// `certificates`: their numbers, in the row's order. invalid_argument for a row that is too large.
[[nodiscard]] Result<Bytes> encode_kept(const KeptSignatureRow& row, const std::vector<std::uint64_t>& certificates);
// store_corrupt
[[nodiscard]] Result<KeptForm> decode_kept(ByteView stored);

}  // namespace rakkan::store
