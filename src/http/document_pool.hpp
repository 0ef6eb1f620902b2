// DocumentPool keeps the memory of documents that are done with for those that come. New memory costs a page fault for
// each 4 KiB, together more than the digest of what it takes in; memory that was used before costs none. It is kept in
// pieces of two sizes, which move (mremap: page tables, no bytes) to where a document that arrives wants them.
//
// To the tenant whose document it held a piece goes as it is, to any other one overwritten with zeros. What is kept and
// what bodies have taken of their budget are together no more than the limit, and what nobody wanted for kIdle goes
// back to the system. Thread-safe.
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
  using Tenant = const void*;  // told apart by the address of its account, which it has for as long as the server runs

  // Pieces lie at multiples of their size: of a large one a single entry of the page tables moves. Huge pages are not
  // asked for: the kernel would make them on the thread that all connections wait for, out of what is fragmented.
  static constexpr std::size_t kSmall = 256 * 1024;
  static constexpr std::size_t kLarge = 2 * 1024 * 1024;
  static constexpr std::chrono::seconds kIdle{5};

  // `limit`: bytes, of what is kept and what `budget` has given together. The budget outlives the pool.
  DocumentPool(const async::ByteBudget& budget, std::uint64_t limit) noexcept : budget_(budget), limit_(limit) {}
  ~DocumentPool();
  DocumentPool(const DocumentPool&) = delete;
  DocumentPool& operator=(const DocumentPool&) = delete;

  // Puts a kept piece in the place of the `size` bytes (kSmall or kLarge) at `to`, which are mapped and were never
  // touched. When none is kept, and when the system does not move it, they stay as they are. internal: the place is
  // lost, and nothing may touch it.
  [[nodiscard]] Result<void> fill(Byte* to, std::size_t size, Tenant tenant);
  // Takes over `size` bytes (kSmall or kLarge) of a tenant's document: keeps them, or gives them back to the system.
  void keep(Byte* at, std::size_t size, Tenant tenant, Time now) noexcept;
  // Gives back what nobody wanted for kIdle. Called every now and then.
  void age(Time now) noexcept;

  [[nodiscard]] std::uint64_t kept() const noexcept { return kept_.load(std::memory_order_relaxed); }  // bytes

 private:
  struct Piece {
    Byte* at = nullptr;
    Tenant tenant = nullptr;
    Time since{};
  };
  using Pieces = std::deque<Piece>;  // those kept first are in front

  [[nodiscard]] Pieces& pieces_of(std::size_t size) noexcept { return size == kLarge ? large_ : small_; }
  // The one of the tenant that was kept last, else the one of anybody that was kept first; none: at is null.
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
