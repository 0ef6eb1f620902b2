// Dates of PDF (ISO 32000-2 §7.9.4).
#pragma once

#include <optional>
#include <string_view>

#include "rakkan/base/time.hpp"

namespace rakkan::gather {

// Reads "D:20261130091530+09'00'" with everything behind the year optional; without an offset the date counts as UTC.
// Nothing for another text.
[[nodiscard]] std::optional<Instant> parse_pdf_date(std::string_view text) noexcept;

}  // namespace rakkan::gather
