#include "rakkan/base/wiped_stack.hpp"

#include <array>

#include "rakkan/base/secure_bytes.hpp"

namespace rakkan {

// wipe() is not inlined: its frame has to lie where the frames of the callees lay.
[[gnu::noinline]] void WipedStack::wipe() noexcept {
  std::array<Byte, kDepth> below;
  secure_wipe(below);
}

}  // namespace rakkan
