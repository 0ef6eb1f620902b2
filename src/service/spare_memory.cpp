#include "service/spare_memory.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace rakkan::service {
namespace {

// The first two fields of /proc/self/statm (proc(5)): pages of the program in all, and those in memory.
std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t whole = 0;
  std::uint64_t resident = 0;
  statm >> whole >> resident;
  return statm ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace

SpareMemory::SpareMemory(std::function<std::uint64_t()> resident, std::function<void()> trim)
    : resident_(std::move(resident)), trim_(std::move(trim)) {}

SpareMemory::SpareMemory() : SpareMemory(resident_bytes, [] { static_cast<void>(::malloc_trim(0)); }) {}

void SpareMemory::look() {
  std::uint64_t now = resident_();
  lowest_ = std::min(lowest_, now);
  if (now <= last_ && now - lowest_ >= kWorthwhile) {
    trim_();
    now = resident_();
    lowest_ = now;  // the memory that is left is in use
  }
  last_ = now;
}

}  // namespace rakkan::service
