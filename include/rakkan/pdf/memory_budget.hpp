// MemoryBudget is what documents that are read at the same time may take of memory together, beside the limits of each.
#pragma once

#include <cstdint>

#include "rakkan/base/result.hpp"

namespace rakkan::pdf {

// Called in steps of some size, by the threads that read.
class MemoryBudget {
 public:
  virtual ~MemoryBudget() = default;
  // overloaded with retry_after: not now.
  [[nodiscard]] virtual Result<void> take(std::uint64_t bytes) = 0;
  virtual void give_back(std::uint64_t bytes) noexcept = 0;
};

}  // namespace rakkan::pdf
