// The two ways in which contracts are signed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rakkan::service {

enum class SignatureType : std::uint8_t { witness, party };  // 立会人型, 当事者型

[[nodiscard]] std::string_view name(SignatureType type) noexcept;
[[nodiscard]] std::optional<SignatureType> signature_type_from_name(std::string_view name) noexcept;

}  // namespace rakkan::service
