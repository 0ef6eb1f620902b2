// WipedStack overwrites stack memory in which a library may have left secrets: a JSON parser, say, has the 16 bytes
// that it looks at in a register, which the compiler spills to the stack.
#pragma once

#include <cstddef>

namespace rakkan {

// To be declared first in a function whose callees read secrets: when the function ends, the stack below it, where its
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
