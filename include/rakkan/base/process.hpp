// What a program does first of all that holds PINs and keys, and has something to say that must not be lost.
#pragma once

#include "rakkan/base/result.hpp"

namespace rakkan {

// Keeps the memory of this process to itself: no core dump, and no other process of the same user reads it or attaches
// a debugger (root may). Files and folders that it makes, by whichever library, are its user's alone. To be called
// before the first thread. internal when the kernel does not do it.
[[nodiscard]] Result<void> keep_to_ourselves();

// Standard input, output and error are there, so that no file of ours gets their numbers and what is said ends up in
// it: one that the caller closed cannot be read or written (EBADF). And a reader who has gone is an error of the write
// that finds it out (EPIPE), not the end of the process. To be called before a file is opened.
void settle_standard_streams() noexcept;

}  // namespace rakkan
