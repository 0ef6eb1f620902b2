// DocumentBuffer holds a document on its way in. Address space is reserved for the largest document that is allowed,
// memory comes as bytes arrive, and nothing moves: a view of it stays valid while the buffer lives.
//
// Bytes are appended, or received into the buffer itself and then taken:
//
//   RAKKAN_CO_TRY(const ByteSpan room, buffer.room());
//   …                             // n bytes are read into it
//   buffer.arrived(n);            // pending() has them
//   buffer.take(m);               // the first m pending bytes belong to the document
#pragma once

#include <cstdint>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::http {

class DocumentPool;

class DocumentBuffer {
 public:
  DocumentBuffer() noexcept = default;
  // internal when the address space is not to be had.
  [[nodiscard]] static Result<DocumentBuffer> reserve(std::uint64_t capacity);
  // Takes memory from the pool as far as the pool has some, and gives its memory to the pool in the end. `tenant` is
  // the owner of the document. The pool outlives the buffer.
  [[nodiscard]] static Result<DocumentBuffer> reserve(std::uint64_t capacity, DocumentPool& pool, const void* tenant);
  DocumentBuffer(DocumentBuffer&& other) noexcept;
  DocumentBuffer& operator=(DocumentBuffer&& other) noexcept;
  DocumentBuffer(const DocumentBuffer&) = delete;
  DocumentBuffer& operator=(const DocumentBuffer&) = delete;
  ~DocumentBuffer();

  // To be called with no bytes pending. input_too_large beyond the capacity, internal.
  [[nodiscard]] Result<void> append(ByteView bytes);
  // The bytes so far; they stay at their address when the buffer is moved.
  [[nodiscard]] ByteView view() const noexcept { return {data_, size_}; }

  // The free memory behind the bytes that arrived; empty when the buffer is full. internal when the system has none.
  [[nodiscard]] Result<ByteSpan> room();
  void arrived(std::size_t bytes) noexcept {
    arrived_ += bytes;
    touched_ = arrived_ > touched_ ? arrived_ : touched_;
  }
  [[nodiscard]] ByteView pending() const noexcept { return {data_ + size_, arrived_ - size_}; }
  void take(std::size_t bytes) noexcept { size_ += bytes; }
  // Overwrites the pending bytes, which are not the document's.
  void drop_pending() noexcept;

 private:
  struct Piece {
    std::size_t begin;
    std::size_t size;
  };
  [[nodiscard]] Piece piece_at(std::size_t offset) const noexcept;
  [[nodiscard]] Result<void> prepare(std::size_t end);
  void release() noexcept;

  Byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t arrived_ = 0;
  std::size_t capacity_ = 0;
  std::size_t reserved_ = 0;  // bytes of address space
  std::size_t prepared_ = 0;  // the pool was asked for the pieces before this offset
  std::size_t touched_ = 0;   // bytes have arrived before this offset
  DocumentPool* pool_ = nullptr;
  const void* tenant_ = nullptr;
};

}  // namespace rakkan::http
