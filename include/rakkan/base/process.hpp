// What a program that holds PINs and keys does first of all.
#pragma once

#include "rakkan/base/result.hpp"

namespace rakkan {

// Keeps the memory of this process to itself: no core dump, and no other process of the same user reads it or attaches
// a debugger (root may). Files and folders that it makes, by whichever library, are its user's alone. To be called
// before the first thread. internal when the kernel does not do it.
[[nodiscard]] Result<void> keep_to_ourselves();

}  // namespace rakkan
