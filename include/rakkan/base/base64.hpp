#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"

namespace rakkan {

// RFC 4648 §4 with padding and no line breaks.
[[nodiscard]] std::string to_base64(ByteView bytes);
// RFC 4648 §5 without padding: for tokens in headers and paths.
[[nodiscard]] std::string to_base64url(ByteView bytes);
// Strict RFC 4648 §4: padding required, no white space, unused bits zero.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);
// Like from_base64, skipping line breaks and blanks (PEM bodies, RFC 7468).
[[nodiscard]] std::optional<Bytes> from_base64_lines(std::string_view text);

}  // namespace rakkan
