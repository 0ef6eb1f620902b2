// The facts of a CMS message by itself and of a timestamp token by itself.
#pragma once

#include "gather/gathering.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::gather {

// Fails with malformed_cms when the file is neither.
[[nodiscard]] Result<void> gather_cms(ByteView file, Gathering& into);

}  // namespace rakkan::gather
