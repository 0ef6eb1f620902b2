// Hexadecimal text (RFC 4648 §8).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"

namespace rakkan {

// Lower-case hexadecimal, two digits a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);
// Reads digits in either case; nothing for an odd length or another character.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);
// Writes 2 * bytes.size() lower-case digits to `out`, which must be at least as long. For the hot path.
void write_hex(ByteView bytes, std::span<char> out) noexcept;

}  // namespace rakkan
