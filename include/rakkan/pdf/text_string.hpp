// Text strings (ISO 32000-2 §7.9.2.2): PDFDocEncoding, UTF-16BE with its mark, UTF-8 with its mark, to and from UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"

namespace rakkan::pdf {

// Never fails: what a decoder cannot read becomes U+FFFD. UTF-16LE with its mark is read too, as every reader does.
[[nodiscard]] std::string decode_text_string(ByteView bytes);

// PDFDocEncoding when the text is printable ASCII, UTF-16BE with its mark otherwise (valid in every version of PDF).
// The text must be UTF-8; bytes that are not become U+FFFD.
[[nodiscard]] Bytes encode_text_string(std::string_view utf8);

}  // namespace rakkan::pdf
