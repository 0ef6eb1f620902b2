// SecureBytes holds a PIN, activation data or a software key: its destructor zeroises the memory; it is movable, not
// copyable and not printable.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "rakkan/base/bytes.hpp"

namespace rakkan {

class SecureBytes {
 public:
  SecureBytes() noexcept = default;
  // Copies the secret in; the caller's copy is the caller's to wipe.
  explicit SecureBytes(ByteView secret);
  SecureBytes(SecureBytes&& other) noexcept;
  SecureBytes& operator=(SecureBytes&& other) noexcept;
  SecureBytes(const SecureBytes&) = delete;
  SecureBytes& operator=(const SecureBytes&) = delete;
  ~SecureBytes();

  [[nodiscard]] ByteView view() const noexcept { return {data_.get(), size_}; }
  [[nodiscard]] std::string_view text() const noexcept { return text_of(view()); }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  void wipe() noexcept;

  std::unique_ptr<Byte[]> data_;
  std::size_t size_ = 0;
};

// Overwrites memory in a way the compiler may not remove.
void secure_wipe(ByteSpan memory) noexcept;

// Takes the same time wherever the difference lies; only the lengths leak.
[[nodiscard]] bool constant_time_equal(ByteView a, ByteView b) noexcept;

}  // namespace rakkan
