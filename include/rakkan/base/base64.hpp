// Base64 and base64url (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"

namespace rakkan {

// Base64 (RFC 4648 §4) with padding and no line breaks.
[[nodiscard]] std::string to_base64(ByteView bytes);
// Base64url (RFC 4648 §5) without padding, for tokens in headers and paths.
[[nodiscard]] std::string to_base64url(ByteView bytes);
// Reads base64 (RFC 4648 §4) strictly: padding required, no white space, unused bits zero (§3.5); else nothing.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);
// Like from_base64, skipping line breaks and blanks (PEM bodies, RFC 7468).
[[nodiscard]] std::optional<Bytes> from_base64_lines(std::string_view text);

}  // namespace rakkan
