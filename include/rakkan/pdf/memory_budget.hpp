// MemoryBudget bounds the memory of all documents that are read at the same time, beside the limits of each.
#pragma once

#include <cstdint>

#include "rakkan/base/result.hpp"

namespace rakkan::pdf {

// It is called by the threads that read, for steps of some size.
class MemoryBudget {
 public:
  virtual ~MemoryBudget() = default;
  // Takes bytes. overloaded, with retry_after, when they cannot be had now.
  [[nodiscard]] virtual Result<void> take(std::uint64_t bytes) = 0;
  virtual void give_back(std::uint64_t bytes) noexcept = 0;
};

}  // namespace rakkan::pdf
