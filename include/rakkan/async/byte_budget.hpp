// ByteBudget bounds what all requests together may keep in memory: whoever receives bytes takes them from the budget
// first and is refused at once when they do not fit. Lock-free, thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "rakkan/base/result.hpp"

namespace rakkan::async {

class ByteBudget {
 public:
  explicit ByteBudget(std::uint64_t limit) noexcept : limit_(limit) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  // Bytes taken; given back when it goes. The budget outlives it.
  class Lease {
   public:
    Lease() noexcept = default;
    Lease(Lease&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Lease& operator=(Lease&& other) noexcept {
      if (this != &other) {
        give_back();
        budget_ = std::exchange(other.budget_, nullptr);
        size_ = std::exchange(other.size_, 0);
      }
      return *this;
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { give_back(); }

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    // Takes more; overloaded leaves the lease as it was. Only of a lease that came from take().
    [[nodiscard]] Result<void> grow(std::uint64_t bytes);
    void give_back() noexcept;

   private:
    friend class ByteBudget;
    Lease(ByteBudget& budget, std::uint64_t size) noexcept : budget_(&budget), size_(size) {}
    ByteBudget* budget_ = nullptr;
    std::uint64_t size_ = 0;
  };

  // overloaded with retry_after when the bytes do not fit beside those taken; input_too_large when they never will.
  [[nodiscard]] Result<Lease> take(std::uint64_t bytes);

  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_; }

 private:
  [[nodiscard]] Result<void> add(std::uint64_t bytes, std::uint64_t held);

  const std::uint64_t limit_;
  std::atomic<std::uint64_t> taken_{0};
};

}  // namespace rakkan::async
