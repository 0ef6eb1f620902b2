// The one reader of TSTInfo, for TstInfo::parse and for TokenMessage.
#pragma once

#include <cstdint>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/tsp/timestamp_facts.hpp"

namespace rakkan::tsp {

enum class TstInfoReading : std::uint8_t {
  strict,   // DER of version 1, without unknown critical extensions
  lenient,  // BER, other forms of genTime, any version; critical extensions are noted
};

// Fails with malformed_timestamp_response.
[[nodiscard]] Result<TstInfoFacts> read_tst_info(ByteView encoding, TstInfoReading reading);

}  // namespace rakkan::tsp
