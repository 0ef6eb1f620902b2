#include "http/document_pool.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <system_error>

namespace rakkan::http {
namespace {

// A tenant's own piece is looked for among so many pieces that were kept last.
constexpr std::size_t kLooks = 64;

void unmap(Byte* at, std::size_t size) noexcept { ::munmap(at, size); }

}  // namespace

DocumentPool::~DocumentPool() {
  const std::lock_guard lock(mutex_);
  for (const std::size_t size : {kSmall, kLarge}) {
    while (!pieces_of(size).empty()) {
      give_back_first(size);
    }
  }
}

Result<void> DocumentPool::fill(Byte* to, std::size_t size, Tenant tenant) {
  Piece piece;
  if (kept() > 0) {
    const std::lock_guard lock(mutex_);
    piece = take(size, tenant);
    if (piece.at == nullptr) {
      make_room();  // for the new memory that the document takes instead
    }
  }
  if (piece.at == nullptr) {
    return {};
  }
  if (piece.tenant != tenant) {
    std::memset(piece.at, 0, size);
  }
  if (::mremap(piece.at, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to) {
    return {};
  }
  // The system may have unmapped the place before it failed.
  unmap(piece.at, size);
  void* again =
      ::mmap(to, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  if (again == MAP_FAILED) {
    return fail(ErrorCode::internal, "no address space: " + std::generic_category().message(errno));
  }
  return {};
}

DocumentPool::Piece DocumentPool::take(std::size_t size, Tenant tenant) noexcept {
  Pieces& pieces = pieces_of(size);
  if (pieces.empty()) {
    return {};
  }
  const auto end = pieces.rbegin() + static_cast<std::ptrdiff_t>(std::min(pieces.size(), kLooks));
  const auto own = std::find_if(pieces.rbegin(), end, [&](const Piece& piece) { return piece.tenant == tenant; });
  const auto chosen = own == end ? pieces.begin() : std::prev(own.base());
  const Piece piece = *chosen;
  pieces.erase(chosen);
  kept_.fetch_sub(size, std::memory_order_relaxed);
  return piece;
}

void DocumentPool::keep(Byte* at, std::size_t size, Tenant tenant, Time now) noexcept {
  {
    const std::lock_guard lock(mutex_);
    // The budget still counts the document of this piece.
    if (kept() + budget_.taken() <= limit_) {
      try {
        pieces_of(size).push_back({at, tenant, now});
        kept_.fetch_add(size, std::memory_order_relaxed);
        return;
      } catch (const std::bad_alloc&) {
        unmap(at, size);  // as one that there is no room to keep
        return;
      }
    }
  }
  unmap(at, size);
}

void DocumentPool::age(Time now) noexcept {
  if (kept() == 0) {
    return;
  }
  const std::lock_guard lock(mutex_);
  for (const std::size_t size : {kSmall, kLarge}) {
    while (!pieces_of(size).empty() && now - pieces_of(size).front().since >= kIdle) {
      give_back_first(size);
    }
  }
}

void DocumentPool::make_room() noexcept {
  while (is_beyond_limit() && !(small_.empty() && large_.empty())) {
    give_back_first(large_.empty() ? kSmall : kLarge);
  }
}

void DocumentPool::give_back_first(std::size_t size) noexcept {
  Pieces& pieces = pieces_of(size);
  unmap(pieces.front().at, size);
  pieces.pop_front();
  kept_.fetch_sub(size, std::memory_order_relaxed);
}

}  // namespace rakkan::http
