// Conversion of the character strings of names, and of what others say in strings of the same types, to UTF-8.
//
//   DirectoryString ::= CHOICE { teletexString, printableString, universalString, utf8String, bmpString }
//   (RFC 5280 §4.1.2.4)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/der/tag.hpp"

namespace rakkan::pki {

// True for the tag of a character string type.
[[nodiscard]] bool is_character_string(der::Tag tag) noexcept;
// The text in UTF-8; nothing when the octets are not of that type. TeletexString is read as Latin-1, which is the
// common practice; BMPString as UTF-16, because characters beyond the BMP such as 𠮷 (U+20BB7) occur in it.
[[nodiscard]] std::optional<std::string> to_utf8(der::Tag tag, ByteView content);
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace rakkan::pki
