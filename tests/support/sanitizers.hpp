// The sanitizer that the programs are built with, and what it changes for tests.
#pragma once

namespace rakkan::test {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kAddressSanitizer = false;
inline constexpr int kSlowness = 8;  // how much slower than usual everything is
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr bool kAddressSanitizer = true;
inline constexpr int kSlowness = 4;
#else
inline constexpr bool kAddressSanitizer = false;
inline constexpr int kSlowness = 1;
#endif

}  // namespace rakkan::test
