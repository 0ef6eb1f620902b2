// The extent of the CMS in /Contents, whose room is usually longer than it.
#pragma once

#include <optional>

#include "rakkan/base/bytes.hpp"

namespace rakkan::pades {

// The size of the one BER element (X.690 §8.1) with which the bytes begin, also of indefinite length; nothing when they
// begin with none, or it does not end in them. Nothing inside definite lengths is looked at.
[[nodiscard]] std::optional<std::size_t> element_size(ByteView bytes) noexcept;

}  // namespace rakkan::pades
