// The character strings of names (X.520 DirectoryString and its relatives) as UTF-8.
#pragma once

#include <optional>
#include <string>

#include "rakkan/base/bytes.hpp"
#include "rakkan/der/tag.hpp"

namespace rakkan::pki {

// Is this tag one of the character string types?
[[nodiscard]] bool is_character_string(der::Tag tag) noexcept;
// The text in UTF-8, or nothing when the octets are not of that type. TeletexString is read as Latin-1, as everybody
// writes it; BMPString as UTF-16, because 𠮷 is found in it.
[[nodiscard]] std::optional<std::string> to_utf8(der::Tag tag, ByteView content);
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace rakkan::pki
