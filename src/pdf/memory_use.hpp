// MemoryUse is the part of a budget that one document takes; its destructor gives the part back.
#pragma once

#include <algorithm>
#include <cstdint>

#include "rakkan/pdf/memory_budget.hpp"

namespace rakkan::pdf {

class MemoryUse {
 public:
  explicit MemoryUse(MemoryBudget* budget = nullptr) noexcept : budget_(budget) {}  // null: nothing is counted
  ~MemoryUse() {
    if (budget_ != nullptr) {
      budget_->give_back(taken_);
    }
  }
  MemoryUse(const MemoryUse&) = delete;
  MemoryUse& operator=(const MemoryUse&) = delete;

  // Takes memory so that the document has `bytes` all in all. Fails as MemoryBudget::take.
  [[nodiscard]] Result<void> reach(std::uint64_t bytes) {
    if (bytes <= taken_ || budget_ == nullptr) {
      return {};
    }
    const std::uint64_t more = std::max(bytes - taken_, kStep);
    RAKKAN_CHECK(budget_->take(more));
    taken_ += more;
    return {};
  }
  // Takes `bytes` more than the document has.
  [[nodiscard]] Result<void> add(std::uint64_t bytes) {
    RAKKAN_CHECK(reach(used_ + bytes));
    used_ += bytes;
    return {};
  }
  // Counts as it was when the document had `bytes` all in all: what was taken since is free again.
  void fall_back(std::uint64_t bytes) noexcept { used_ = bytes; }
  [[nodiscard]] std::uint64_t used() const noexcept { return used_; }

 private:
  static constexpr std::uint64_t kStep = 256 * 1024;
  MemoryBudget* budget_;
  std::uint64_t taken_ = 0;  // bytes taken from the budget, in steps
  std::uint64_t used_ = 0;
};

}  // namespace rakkan::pdf
