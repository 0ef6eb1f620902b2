// Libraries keep pieces of what they read in local variables: a JSON parser has the 16 bytes that it looks at in a
// register, and the compiler spills it to the stack. What is left there when they have returned is overwritten here.
#pragma once

#include <cstddef>

namespace rakkan {

// Declared first in a function that calls what reads secrets: when the function ends, the stack below it, where its
// callees' variables stood, is overwritten. Its own variables are not.
class WipedStack {
 public:
  static constexpr std::size_t kDepth = 16 * 1024;  // bytes
  WipedStack() = default;
  ~WipedStack() { wipe(); }
  WipedStack(const WipedStack&) = delete;
  WipedStack& operator=(const WipedStack&) = delete;

 private:
  static void wipe() noexcept;
};

}  // namespace rakkan
