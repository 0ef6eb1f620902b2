#include "rakkan/base/wiped_stack.hpp"

#include <array>

#include "rakkan/base/secure_bytes.hpp"

namespace rakkan {

// Not inlined: its frame has to lie where the frames of the callees did.
[[gnu::noinline]] void WipedStack::wipe() noexcept {
  std::array<Byte, kDepth> below;
  secure_wipe(below);
}

}  // namespace rakkan
