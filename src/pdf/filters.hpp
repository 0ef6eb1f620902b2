// The stream filters that cross-reference streams and object streams may have (ISO 32000-2 §7.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "pdf/memory_use.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::pdf {

enum class Filter : std::uint8_t { flate, lzw, ascii_hex, ascii85, run_length };

// The filter of a name or its abbreviation (§8.9.7, table 92); nothing for every other filter.
std::optional<Filter> filter_from_name(std::string_view name) noexcept;

// FilterParameters are the /DecodeParms of Flate and LZW (§7.4.4.3, table 8).
struct FilterParameters {
  std::int64_t predictor = 1;
  std::int64_t colors = 1;
  std::int64_t bits_per_component = 8;
  std::int64_t columns = 1;
  std::int64_t early_change = 1;
};

// Decodes data. Fails with pdf_malformed, with pdf_limit_exceeded when the output would have more than max_output
// bytes, or with the error of `memory`, which is asked before memory is taken.
[[nodiscard]] Result<Bytes> apply_filter(Filter filter, ByteView data, const FilterParameters& parameters,
                                         std::size_t max_output, MemoryUse& memory);

}  // namespace rakkan::pdf
