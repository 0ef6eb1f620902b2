// The baseline levels of EN 319 142-1 §6. Code asks these functions about the needs of a level, and never compares
// levels.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rakkan::pades {

enum class BaselineLevel : std::uint8_t { b_b, b_t, b_lt, b_lta };

[[nodiscard]] std::string_view name(BaselineLevel level) noexcept;  // "B-B", "B-T", "B-LT", "B-LTA"
[[nodiscard]] std::optional<BaselineLevel> baseline_level_from_name(std::string_view name) noexcept;

// True when the level needs a trusted token over the signature value (§6.2.2): every level but B-B.
[[nodiscard]] bool needs_timestamp(BaselineLevel level) noexcept;
// True when the level needs certificates and revocation data in the document (§6.2.2): B-LT and B-LTA.
[[nodiscard]] bool needs_validation_data(BaselineLevel level) noexcept;
// True when the level needs a document timestamp over these data (§6.2.2): B-LTA.
[[nodiscard]] bool needs_document_timestamp(BaselineLevel level) noexcept;

}  // namespace rakkan::pades
