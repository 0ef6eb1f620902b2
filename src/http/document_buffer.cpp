#include "rakkan/http/document_buffer.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace rakkan::http {

Result<DocumentBuffer> DocumentBuffer::reserve(std::uint64_t capacity) {
  const auto size = checked_cast<std::size_t>(capacity);
  if (!size) {
    return fail(ErrorCode::input_too_large, "more than this machine can address");
  }
  DocumentBuffer buffer;
  if (*size == 0) {
    return buffer;
  }
  void* memory = ::mmap(nullptr, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    return fail(ErrorCode::internal, "no address space: " + std::generic_category().message(errno));
  }
  buffer.data_ = static_cast<Byte*>(memory);
  buffer.capacity_ = *size;
  return buffer;
}

DocumentBuffer::DocumentBuffer(DocumentBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

DocumentBuffer& DocumentBuffer::operator=(DocumentBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

DocumentBuffer::~DocumentBuffer() {
  if (data_ != nullptr) {
    ::munmap(data_, capacity_);
  }
}

Result<void> DocumentBuffer::append(ByteView bytes) {
  if (bytes.size() > capacity_ - size_) {
    return fail(ErrorCode::input_too_large, "more than " + std::to_string(capacity_) + " bytes");
  }
  if (!bytes.empty()) {
    std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  return {};
}

}  // namespace rakkan::http
