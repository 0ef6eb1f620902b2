#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "rakkan/base/result.hpp"

namespace rakkan::audit {

// Whether the trail can still be written. The first failure of a write or sync ends that for good: nobody knows any
// more what is on the disk. Thread-safe.
class Health {
 public:
  // `on_failure` is called once, on the thread that failed.
  explicit Health(std::function<void()> on_failure) : on_failure_(std::move(on_failure)) {}

  [[nodiscard]] bool ok() const noexcept { return ok_.load(std::memory_order_acquire); }

  void failed(Error cause) {
    {
      const std::scoped_lock lock(mutex_);
      if (cause_) {
        return;
      }
      cause_ = std::move(cause);
      ok_.store(false, std::memory_order_release);
    }
    on_failure_();
  }

  // audit_unavailable with the first cause.
  [[nodiscard]] Error error() const {
    const std::scoped_lock lock(mutex_);
    Error error{ErrorCode::audit_unavailable, "the audit trail could not be written", {}, std::nullopt, {}};
    return cause_ ? std::move(error).because(*cause_) : error;
  }

 private:
  const std::function<void()> on_failure_;
  std::atomic<bool> ok_{true};
  mutable std::mutex mutex_;
  std::optional<Error> cause_;
};

}  // namespace rakkan::audit
