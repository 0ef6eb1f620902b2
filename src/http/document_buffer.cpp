#include "rakkan/http/document_buffer.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "http/document_pool.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::http {
namespace {

constexpr std::size_t kSmall = DocumentPool::kSmall;
constexpr std::size_t kLarge = DocumentPool::kLarge;
// A smaller document is not worth a piece: its few page faults cost no more than moving the piece.
constexpr std::size_t kWorthAPiece = 64 * 1024;

constexpr std::size_t rounded_up(std::size_t size, std::size_t to) noexcept { return (size + to - 1) / to * to; }
constexpr std::size_t rounded_down(std::size_t size, std::size_t to) noexcept { return size / to * to; }

Result<Byte*> map(std::size_t size) {
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    return fail(ErrorCode::internal, "no address space: " + std::generic_category().message(errno));
  }
  return static_cast<Byte*>(memory);
}

// Maps memory that begins at a multiple of kLarge.
Result<Byte*> map_aligned(std::size_t size) {
  RAKKAN_TRY(Byte* const begin, map(size + kLarge));
  const std::size_t before = (kLarge - reinterpret_cast<std::uintptr_t>(begin) % kLarge) % kLarge;
  if (before > 0) {
    ::munmap(begin, before);
  }
  if (before < kLarge) {
    ::munmap(begin + before + size, kLarge - before);
  }
  return begin + before;
}

}  // namespace

Result<DocumentBuffer> DocumentBuffer::reserve(std::uint64_t capacity) {
  const auto size = checked_cast<std::size_t>(capacity);
  if (!size || *size > SIZE_MAX / 2) {
    return fail(ErrorCode::input_too_large, "more than this machine can address");
  }
  DocumentBuffer buffer;
  if (*size == 0) {
    return buffer;
  }
  RAKKAN_TRY(buffer.data_, map(*size));
  buffer.capacity_ = buffer.reserved_ = *size;
  return buffer;
}

Result<DocumentBuffer> DocumentBuffer::reserve(std::uint64_t capacity, DocumentPool& pool, const void* tenant) {
  if (capacity < kWorthAPiece || capacity > SIZE_MAX / 2) {
    return reserve(capacity);
  }
  DocumentBuffer buffer;
  buffer.capacity_ = static_cast<std::size_t>(capacity);
  buffer.reserved_ = rounded_up(buffer.capacity_, kSmall);
  RAKKAN_TRY(buffer.data_, map_aligned(buffer.reserved_));
  buffer.pool_ = &pool;
  buffer.tenant_ = tenant;
  return buffer;
}

DocumentBuffer::DocumentBuffer(DocumentBuffer&& other) noexcept { *this = std::move(other); }

DocumentBuffer& DocumentBuffer::operator=(DocumentBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(arrived_, other.arrived_);
  std::swap(capacity_, other.capacity_);
  std::swap(reserved_, other.reserved_);
  std::swap(prepared_, other.prepared_);
  std::swap(touched_, other.touched_);
  std::swap(pool_, other.pool_);
  std::swap(tenant_, other.tenant_);
  return *this;
}

DocumentBuffer::~DocumentBuffer() { release(); }

void DocumentBuffer::release() noexcept {
  if (data_ == nullptr) {
    return;
  }
  std::size_t offset = 0;
  if (pool_ != nullptr) {
    const auto now = std::chrono::steady_clock::now();
    while (offset < touched_) {
      const Piece piece = piece_at(offset);
      pool_->keep(data_ + piece.begin, piece.size, tenant_, now);
      offset = piece.begin + piece.size;
    }
  }
  if (offset < reserved_) {
    ::munmap(data_ + offset, reserved_ - offset);
  }
}

// A document has small pieces in the beginning, since most documents are small, and in the end, so that its memory is
// little more than its size.
DocumentBuffer::Piece DocumentBuffer::piece_at(std::size_t offset) const noexcept {
  const bool large = offset >= kLarge && offset < rounded_down(capacity_, kLarge);
  const std::size_t size = large ? kLarge : kSmall;
  return {rounded_down(offset, size), size};
}

// Asks the pool for all pieces before `end`.
Result<void> DocumentBuffer::prepare(std::size_t end) {
  while (pool_ != nullptr && prepared_ < end) {
    const Piece piece = piece_at(prepared_);
    RAKKAN_CHECK(pool_->fill(data_ + piece.begin, piece.size, tenant_));
    prepared_ = piece.begin + piece.size;
  }
  return {};
}

Result<ByteSpan> DocumentBuffer::room() {
  if (pool_ == nullptr) {
    return ByteSpan(data_ + arrived_, capacity_ - arrived_);
  }
  // No piece is taken before the bytes in front of it have arrived: the budget counts pieces so, too.
  RAKKAN_CHECK(prepare(std::min(arrived_ + 1, capacity_)));
  return ByteSpan(data_ + arrived_, std::min(prepared_, capacity_) - arrived_);
}

Result<void> DocumentBuffer::append(ByteView bytes) {
  if (bytes.size() > capacity_ - size_) {
    return fail(ErrorCode::input_too_large, "more than " + std::to_string(capacity_) + " bytes");
  }
  while (!bytes.empty()) {
    RAKKAN_TRY(const ByteSpan free, room());
    const std::size_t size = std::min(bytes.size(), free.size());
    std::memcpy(free.data(), bytes.data(), size);
    arrived(size);
    take(size);
    bytes = bytes.subspan(size);
  }
  return {};
}

void DocumentBuffer::drop_pending() noexcept {
  secure_wipe({data_ + size_, arrived_ - size_});
  arrived_ = size_;
}

}  // namespace rakkan::http
