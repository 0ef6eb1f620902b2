// DocumentBuffer holds a document on its way in. Address space is reserved for the largest document that is allowed,
// memory comes as bytes arrive, and nothing moves: a view of it stays valid while the buffer lives.
#pragma once

#include <cstdint>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::http {

class DocumentBuffer {
 public:
  DocumentBuffer() noexcept = default;
  // internal when the address space is not to be had.
  [[nodiscard]] static Result<DocumentBuffer> reserve(std::uint64_t capacity);
  DocumentBuffer(DocumentBuffer&& other) noexcept;
  DocumentBuffer& operator=(DocumentBuffer&& other) noexcept;
  DocumentBuffer(const DocumentBuffer&) = delete;
  DocumentBuffer& operator=(const DocumentBuffer&) = delete;
  ~DocumentBuffer();

  // input_too_large beyond the capacity.
  [[nodiscard]] Result<void> append(ByteView bytes);
  // The bytes so far; they stay at their address when the buffer is moved.
  [[nodiscard]] ByteView view() const noexcept { return {data_, size_}; }

 private:
  Byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace rakkan::http
