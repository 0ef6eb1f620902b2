#include "rakkan/base/secure_bytes.hpp"

#include <algorithm>
#include <utility>

namespace rakkan {

SecureBytes::SecureBytes(ByteView secret) : data_(std::make_unique<Byte[]>(secret.size())), size_(secret.size()) {
  std::copy(secret.begin(), secret.end(), data_.get());
}

SecureBytes::SecureBytes(SecureBytes&& other) noexcept
    : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}

SecureBytes& SecureBytes::operator=(SecureBytes&& other) noexcept {
  if (this != &other) {
    wipe();
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecureBytes::~SecureBytes() { wipe(); }

void SecureBytes::wipe() noexcept { secure_wipe({data_.get(), size_}); }

void secure_wipe(ByteSpan memory) noexcept {
  std::fill(memory.begin(), memory.end(), Byte{0});
  // The compiler must assume that the assembly reads the memory, so the stores above cannot be removed.
  __asm__ __volatile__("" : : "r"(memory.data()) : "memory");
}

bool constant_time_equal(ByteView a, ByteView b) noexcept {
  if (a.size() != b.size()) {
    return false;
  }
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(a[i] ^ b[i]);
  }
  return difference == 0;
}

}  // namespace rakkan
