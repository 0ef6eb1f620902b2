// Admission decides how much work of one kind (Needs) an I/O thread takes on. While work passes its queues quickly, all
// of it. When work stands in them longer than the target, on an average over an interval, only as much as passes in
// that time: the rest is refused at once, before its body is read, and what was taken on keeps its latency. Then, too,
// an owner with less at work than its share of the limit is taken on: whoever brings too much is refused, not whoever
// comes beside. The times are given, so that it can be tested without waiting. Belongs to its thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <unordered_map>

#include "rakkan/async/owner.hpp"
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

  // `target`: how long work may stand in queues; 0: however long.
  explicit Admission(Duration target) noexcept : target_(target) {}

  // May one more of the owner's be taken on, when work has now been standing in queues for `standing`? overloaded with
  // retry_after.
  [[nodiscard]] Result<void> ask(Time now, Duration standing, async::Owner owner);

 private:
  struct Share {
    std::size_t at_work = 0;
    std::size_t requests = 0;  // at work or on their way to it
  };

 public:
  // A request that is being worked on, from when its body is whole to its answer. A slow upload is none. The admission
  // outlives it.
  class Work {
   public:
    Work() noexcept = default;
    Work(Admission& of, async::Owner owner) { enter(of, owner); }
    ~Work() { end(); }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    void enter(Admission& of, async::Owner owner);  // once
    void begin() noexcept;                          // does nothing before enter()
    void end() noexcept;                            // again is harmless

   private:
    Admission* of_ = nullptr;
    Share* share_ = nullptr;
    bool begun_ = false;
  };

  [[nodiscard]] std::size_t at_work() const noexcept { return at_work_; }
  [[nodiscard]] std::size_t at_work(async::Owner owner) const noexcept;
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

 private:
  void look_back(Time now) noexcept;
  [[nodiscard]] bool is_below_share(async::Owner owner, std::size_t limit) const noexcept;
  [[nodiscard]] Share& share_of(async::Owner owner);

  const Duration target_;
  std::size_t at_work_ = 0;
  std::unordered_map<async::Owner, Share, async::Owner::Hash> shares_;  // some without a request, for their memory
  std::size_t sharing_ = 0;                                             // owners with something at work
  std::size_t limit_ = kMost;
  std::optional<Time> interval_;  // its beginning
  Duration standing_{};           // of all who asked in it
  int asked_ = 0;
  bool refused_ = false;  // in this interval
};

}  // namespace rakkan::http
