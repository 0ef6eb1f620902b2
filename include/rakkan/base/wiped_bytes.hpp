// WipedBytes is a Bytes whose memory is overwritten before it goes back to the heap, also memory that it grew out of:
// for text from outside that may hold a PIN or a key.
#pragma once

#include <memory>

#include "rakkan/base/secure_bytes.hpp"

namespace rakkan {

template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() noexcept = default;
  template <class U>
  explicit WipingAllocator(const WipingAllocator<U>& /*other*/) noexcept {}

  [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    secure_wipe({reinterpret_cast<Byte*>(memory), count * sizeof(T)});
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) noexcept { return true; }
};

using WipedBytes = std::vector<Byte, WipingAllocator<Byte>>;

// Overwrites a text and leaves it empty. Memory that it was moved or grown out of before is not reached.
inline void secure_wipe(std::string& text) noexcept {
  secure_wipe({reinterpret_cast<Byte*>(text.data()), text.size()});
  text.clear();
}

}  // namespace rakkan
