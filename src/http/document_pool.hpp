// DocumentPool keeps the memory of finished documents for the next ones. New memory costs a page fault for each 4 KiB,
// together more than the digest of the document; memory that was used before costs none. The pool keeps it in pieces of
// two sizes, which are moved (mremap(2): page tables, no bytes) to the place where an arriving document wants them.
//
// A piece goes back to the tenant whose document it held as it is, and to any other tenant overwritten with zeros. The
// bytes that are kept and those that bodies have taken of their budget are together no more than the limit, and pieces
// that were not used for kIdle go back to the system. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

#include "rakkan/async/byte_budget.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::http {

class DocumentPool {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Tenant = const void*;  // the address of the tenant's account, which stays for as long as the server runs

  // Pieces lie at multiples of their size: to move a large one, a single entry of the page tables is moved. Huge pages
  // are not asked for: the kernel would compact memory for them on the thread that all connections wait for.
  static constexpr std::size_t kSmall = 256 * 1024;
  static constexpr std::size_t kLarge = 2 * 1024 * 1024;
  static constexpr std::chrono::seconds kIdle{5};

  // `limit` is the most bytes that are kept and taken of `budget` together. The budget outlives the pool.
  DocumentPool(const async::ByteBudget& budget, std::uint64_t limit) noexcept : budget_(budget), limit_(limit) {}
  ~DocumentPool();
  DocumentPool(const DocumentPool&) = delete;
  DocumentPool& operator=(const DocumentPool&) = delete;

  // Puts a kept piece in the place of the `size` bytes (kSmall or kLarge) at `to`, which are mapped and were never
  // touched. The place stays as it is when no piece is kept or the system does not move one. After internal the place
  // is lost and must not be touched.
  [[nodiscard]] Result<void> fill(Byte* to, std::size_t size, Tenant tenant);
  // Takes over `size` bytes (kSmall or kLarge) of a tenant's document, and keeps them or gives them back to the system.
  void keep(Byte* at, std::size_t size, Tenant tenant, Time now) noexcept;
  // Gives pieces that were not used for kIdle back to the system. To be called several times a second.
  void age(Time now) noexcept;

  [[nodiscard]] std::uint64_t kept() const noexcept { return kept_.load(std::memory_order_relaxed); }  // bytes

 private:
  struct Piece {
    Byte* at = nullptr;
    Tenant tenant = nullptr;
    Time since{};
  };
  using Pieces = std::deque<Piece>;  // in the order in which they were kept

  [[nodiscard]] Pieces& pieces_of(std::size_t size) noexcept { return size == kLarge ? large_ : small_; }
  // The tenant's piece that was kept last, else any tenant's that was kept first; `at` is null when there is none.
  [[nodiscard]] Piece take(std::size_t size, Tenant tenant) noexcept;
  [[nodiscard]] bool is_beyond_limit() const noexcept { return kept() + budget_.taken() > limit_; }
  void make_room() noexcept;
  void give_back_first(std::size_t size) noexcept;

  const async::ByteBudget& budget_;
  const std::uint64_t limit_;
  std::mutex mutex_;
  std::atomic<std::uint64_t> kept_{0};  // changed with the mutex held
  Pieces small_;
  Pieces large_;
};

}  // namespace rakkan::http
