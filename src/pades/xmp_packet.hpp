// XMP packets (ISO 16684-1 §7), which updates may write anew: whether one is XML that says nothing about other files.
#pragma once

#include "rakkan/base/bytes.hpp"

namespace rakkan::pades {

// True for well-formed XML in UTF-8 whose root is x:xmpmeta, without document type, entities of its own, or elements
// deeper than 100.
[[nodiscard]] bool is_plain_xmp(ByteView packet);

}  // namespace rakkan::pades
