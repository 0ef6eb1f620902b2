// After a load the allocator keeps what was freed for the next one. SpareMemory gives it back to the system once the
// program has stopped growing. A round looks at one number; the work is done only when there is memory to give back.
#pragma once

#include <cstdint>
#include <functional>

namespace rakkan::service {

class SpareMemory {
 public:
  // Bytes above the lowest size so far from which on giving back is worth the work.
  static constexpr std::uint64_t kWorthwhile = 64ULL << 20;

  // `resident`: bytes of the program in memory, 0 when nobody knows; `trim`: gives back what is free.
  SpareMemory(std::function<std::uint64_t()> resident, std::function<void()> trim);
  // Watches this process, and gives back by its allocator (malloc_trim(3)).
  SpareMemory();

  void look();  // one round; to be called now and then

 private:
  std::function<std::uint64_t()> resident_;
  std::function<void()> trim_;
  std::uint64_t last_ = 0;
  std::uint64_t lowest_ = UINT64_MAX;  // since the last time it was given back
};

}  // namespace rakkan::service
