#pragma once

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "support/eventually.hpp"

namespace rakkan::test {

// A door at which work waits until the test opens it. Throws when the opening, or the work, does not come within
// kPatience.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    if (!changed_.wait_for(lock, 2 * kPatience, [&] { return open_; })) {
      throw std::runtime_error("the gate was not opened");
    }
  }
  void wait_for_visitor() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return waiting_ > 0; })) {
      throw std::runtime_error("nobody came to the gate");
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  unsigned waiting_ = 0;
};

}  // namespace rakkan::test
