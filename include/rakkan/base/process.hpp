// The first steps of a program that holds PINs and keys, and whose output must not be lost.
#pragma once

#include "rakkan/base/result.hpp"

namespace rakkan {

// Keeps the memory of this process to itself: no core dump, and no other process of the same user can read it or attach
// a debugger (root can). Files and folders that it makes, by whichever library, are open to its user alone. To be
// called before the first thread. internal when the kernel refuses.
[[nodiscard]] Result<void> keep_to_ourselves();

// Makes sure that the descriptors of standard input, output and error are taken, so that no file of ours gets one of
// these numbers and the program's output ends up in it: a stream that the caller closed cannot be read or written
// afterwards (EBADF). A reader that has gone becomes an error of the write (EPIPE) instead of the end of the process.
// To be called before any file is opened.
void settle_standard_streams() noexcept;

}  // namespace rakkan
