#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "rakkan/base/result.hpp"

namespace rakkan::audit {

// Health says whether the trail can still be written. The first failure of a write or sync ends that for good: nobody
// knows any more what is on the disk. A shortage (descriptors, memory) before anything was written is no such failure:
// the part that met it tries again, and reports when it went on. Thread-safe.
class Health {
 public:
  // `on_failure` is called once, on the thread that failed.
  explicit Health(std::function<void()> on_failure) : on_failure_(std::move(on_failure)) {}

  enum class Part : std::uint8_t { commits, trail_files, tokens_files, timestamps };

  [[nodiscard]] bool ok() const noexcept { return ok_.load(std::memory_order_acquire); }

  void delayed(Part part, const Error& cause) {
    const std::scoped_lock lock(mutex_);
    shortages_.at(place(part)) = cause;
    short_.fetch_or(bit(part), std::memory_order_release);
  }
  // Costs one atomic load while there is no shortage.
  void went_on(Part part) noexcept {
    if ((short_.load(std::memory_order_acquire) & bit(part)) != 0) {
      const std::scoped_lock lock(mutex_);
      shortages_.at(place(part)).reset();
      short_.fetch_and(static_cast<std::uint8_t>(~bit(part)), std::memory_order_release);
    }
  }
  // The shortage that delays a part right now.
  [[nodiscard]] std::optional<Error> shortage() const {
    const std::scoped_lock lock(mutex_);
    const auto found =
        std::find_if(shortages_.begin(), shortages_.end(), [](const auto& one) { return one.has_value(); });
    return found != shortages_.end() ? *found : std::nullopt;
  }

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

  // The error audit_unavailable, with the first failure as its cause.
  [[nodiscard]] Error error() const {
    const std::scoped_lock lock(mutex_);
    Error error{ErrorCode::audit_unavailable, "the audit trail could not be written", {}, std::nullopt, {}};
    return cause_ ? std::move(error).because(*cause_) : error;
  }

 private:
  static constexpr std::size_t place(Part part) noexcept { return static_cast<std::size_t>(part); }
  static constexpr std::uint8_t bit(Part part) noexcept { return static_cast<std::uint8_t>(1U << place(part)); }

  const std::function<void()> on_failure_;
  std::atomic<bool> ok_{true};
  mutable std::mutex mutex_;
  std::optional<Error> cause_;
  std::atomic<std::uint8_t> short_{0};
  std::array<std::optional<Error>, 4> shortages_;
};

}  // namespace rakkan::audit
