// DrainGate lets any number of callers in until one closes it: the closer waits until the others have left, and callers
// that come meanwhile wait outside. Passing an open gate costs one atomic addition each way. A caller must not enter
// twice.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace rakkan::hsm {

class DrainGate {
 public:
  void enter() noexcept {
    while ((state_.fetch_add(1, std::memory_order_acquire) & kClosed) != 0) {
      leave();
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return (state_.load(std::memory_order_acquire) & kClosed) == 0; });
    }
  }

  void leave() noexcept {
    if (state_.fetch_sub(1, std::memory_order_acq_rel) == (kClosed | 1U)) {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    }
  }

  // Closes the gate, for one closer at a time. False when a caller was still inside after `patience`; the gate is open
  // again then.
  [[nodiscard]] bool close(std::chrono::milliseconds patience) noexcept {
    std::unique_lock lock(mutex_);
    state_.fetch_or(kClosed, std::memory_order_acq_rel);
    if (changed_.wait_for(lock, patience, [&] { return state_.load(std::memory_order_acquire) == kClosed; })) {
      return true;
    }
    lock.unlock();
    open();
    return false;
  }

  void open() noexcept {
    {
      const std::lock_guard lock(mutex_);
      state_.fetch_and(~kClosed, std::memory_order_acq_rel);
    }
    changed_.notify_all();
  }

 private:
  static constexpr std::uint32_t kClosed = std::uint32_t{1} << 31;

  std::atomic<std::uint32_t> state_{0};  // the number of callers inside, with kClosed as a bit
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace rakkan::hsm
