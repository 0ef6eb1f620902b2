// FreedMemory looks into every block of memory that this program gives back (operator delete) for a secret that should
// have been overwritten by then. A program that links rakkan_freed_memory has its operators.
//
//   FreedMemory::watch("1357-secret");
//   …
//   EXPECT_EQ(FreedMemory::blocks_with_secret(), 0U);
#pragma once

#include <cstddef>
#include <string_view>

namespace rakkan::test {

class FreedMemory {
 public:
  // Looks for the secret from now on, and counts from 0. The text is a literal, since it has to stay where it is.
  static void watch(std::string_view secret) noexcept;
  [[nodiscard]] static std::size_t blocks_with_secret() noexcept;
};

}  // namespace rakkan::test
