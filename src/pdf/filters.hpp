// The stream filters that structure needs (ISO 32000-2 §7.4): what cross-reference streams and object streams may wear.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "pdf/memory_use.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::pdf {

enum class Filter : std::uint8_t { flate, lzw, ascii_hex, ascii85, run_length };

// By its name or its abbreviation (§8.9.7, table 92); nothing for every other filter.
std::optional<Filter> filter_from_name(std::string_view name) noexcept;

// /DecodeParms of Flate and LZW (§7.4.4.3, table 8).
struct FilterParameters {
  std::int64_t predictor = 1;
  std::int64_t colors = 1;
  std::int64_t bits_per_component = 8;
  std::int64_t columns = 1;
  std::int64_t early_change = 1;
};

// Fails with pdf_malformed, with pdf_limit_exceeded when more than max_output bytes would come out, or with what the
// memory says, which is asked before it is taken.
[[nodiscard]] Result<Bytes> apply_filter(Filter filter, ByteView data, const FilterParameters& parameters,
                                         std::size_t max_output, MemoryUse& memory);

}  // namespace rakkan::pdf
