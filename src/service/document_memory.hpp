// DocumentMemory is the memory for the contents of all documents that are read at the same time: limits.reading. One
// owner has at most half of it, so that another always finds some. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "rakkan/async/owner.hpp"
#include "rakkan/pdf/memory_budget.hpp"

namespace rakkan::service {

class DocumentMemory {
 public:
  explicit DocumentMemory(std::uint64_t limit) noexcept : limit_(limit) {}

  // Part is an owner's share of the memory, for reading one document. The DocumentMemory outlives it.
  class Part final : public pdf::MemoryBudget {
   public:
    Part(DocumentMemory& of, async::Owner owner) noexcept : of_(of), owner_(owner) {}
    [[nodiscard]] Result<void> take(std::uint64_t bytes) override { return of_.take(bytes, owner_); }
    void give_back(std::uint64_t bytes) noexcept override { of_.give_back(bytes, owner_); }

   private:
    DocumentMemory& of_;
    async::Owner owner_;
  };

  [[nodiscard]] std::uint64_t taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  // A document is read within about a second.
  static constexpr std::chrono::milliseconds kRetryAfter{1'000};

  [[nodiscard]] Result<void> take(std::uint64_t bytes, async::Owner owner) {
    const std::lock_guard lock(mutex_);
    const auto known = by_owner_.find(owner);
    const std::uint64_t own = known == by_owner_.end() ? 0 : known->second;
    if (bytes > limit_ - taken_ || bytes + own > limit_ / 2) {
      return fail(Error{ErrorCode::overloaded, "the memory for reading documents is in use", {}, kRetryAfter, {}});
    }
    by_owner_.insert_or_assign(owner, own + bytes);
    taken_ += bytes;
    return {};
  }
  void give_back(std::uint64_t bytes, async::Owner owner) noexcept {
    const std::lock_guard lock(mutex_);
    const auto own = by_owner_.find(owner);
    if (own == by_owner_.end()) {
      return;  // this part never took any memory
    }
    taken_ -= bytes;
    own->second -= bytes;
    if (own->second == 0) {
      by_owner_.erase(own);
    }
  }

  const std::uint64_t limit_;
  mutable std::mutex mutex_;
  std::uint64_t taken_ = 0;
  std::unordered_map<async::Owner, std::uint64_t, async::Owner::Hash> by_owner_;  // owners that have memory now
};

}  // namespace rakkan::service
