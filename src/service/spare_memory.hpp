// After a load the allocator keeps what was freed for the next one. SpareMemory gives it back to the system once the
// program has stopped growing. Looks at one number a round; the work is done when there is something to give back.
#pragma once

#include <cstdint>
#include <functional>

namespace rakkan::service {

class SpareMemory {
 public:
  // So much more than it was at its lowest is worth the work.
  static constexpr std::uint64_t kWorthwhile = 64ULL << 20;

  // `resident`: bytes of the program in memory, 0 when nobody knows; `trim`: gives back what is free.
  SpareMemory(std::function<std::uint64_t()> resident, std::function<void()> trim);
  // Of this process, by its allocator.
  SpareMemory();

  void look();  // now and then

 private:
  std::function<std::uint64_t()> resident_;
  std::function<void()> trim_;
  std::uint64_t last_ = 0;
  std::uint64_t lowest_ = UINT64_MAX;  // since the last time it was given back
};

}  // namespace rakkan::service
