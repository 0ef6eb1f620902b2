// Admission decides how much work an I/O thread takes on. While work passes its queues quickly, all of it. When work
// stands in them longer than the target, on an average over an interval, only as much as passes in that time: the rest
// is refused at once, before its body is read, and what was taken on keeps its latency. The times are given, so that it
// can be tested without waiting. Belongs to its thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "rakkan/base/result.hpp"

namespace rakkan::http {

class Admission {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::nanoseconds;

  // So much is taken on in any case: less would not keep the pools busy.
  static constexpr std::size_t kLeast = 64;
  static constexpr std::size_t kMost = 4'096;
  // So many times the target is more than any burst may take.
  static constexpr int kWorst = 2;
  static constexpr std::chrono::milliseconds kInterval{20};
  // So many times a request waits for its thread: to be read, after intent, key and outcome, and once to spare.
  static constexpr int kPassages = 5;

  // `target`: how long work may stand in queues; 0: however long.
  explicit Admission(Duration target) noexcept : target_(target) {}

  // May one more be taken on, when work has now been standing in queues for `standing`? overloaded with retry_after.
  [[nodiscard]] Result<void> ask(Time now, Duration standing);

  // A request that is being worked on, from when its body is whole to its answer. A slow upload is none.
  class Work {
   public:
    explicit Work(Admission& of) noexcept : of_(of) {}
    ~Work() { of_.at_work_ -= begun_ ? 1U : 0U; }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    void begin() noexcept {
      of_.at_work_ += begun_ ? 0U : 1U;
      begun_ = true;
    }

   private:
    Admission& of_;
    bool begun_ = false;
  };

  [[nodiscard]] std::size_t at_work() const noexcept { return at_work_; }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

 private:
  void look_back(Time now) noexcept;

  const Duration target_;
  std::size_t at_work_ = 0;
  std::size_t limit_ = kMost;
  std::optional<Time> interval_;  // its beginning
  Duration standing_{};           // of all who asked in it
  int asked_ = 0;
  bool refused_ = false;  // in this interval
};

}  // namespace rakkan::http
