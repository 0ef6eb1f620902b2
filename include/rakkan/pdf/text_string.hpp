// Text strings (ISO 32000-2 §7.9.2.2): PDFDocEncoding, UTF-16BE with its mark, UTF-8 with its mark, to and from UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"

namespace rakkan::pdf {

// The text in UTF-8. Never fails: undecodable bytes become U+FFFD. UTF-16LE with its mark is read too, as every reader
// does.
[[nodiscard]] std::string decode_text_string(ByteView bytes);

// Encodes a text: in PDFDocEncoding when it is printable ASCII, in UTF-16BE with its mark otherwise (valid in every
// version of PDF). Bytes of the text that are not UTF-8 become U+FFFD.
[[nodiscard]] Bytes encode_text_string(std::string_view utf8);

}  // namespace rakkan::pdf
