// Admission decides how much work of one kind (Needs) an I/O thread takes on. While work passes its queues quickly, it
// takes on all work. When work stands in them longer than the target, on an average over an interval, it takes on only
// as much as passes in that time: the rest is refused at once, before its body is read, and the accepted work keeps its
// latency. An owner with less at work than its share of the limit is taken on even then, so that an owner that brings
// too much is refused, and not its neighbours. Times are parameters, so that it can be tested without waiting. Belongs
// to its thread.
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

  // Requests that are taken on in any case: fewer would not keep the pools busy.
  static constexpr std::size_t kLeast = 64;
  static constexpr std::size_t kMost = 4'096;
  // When work stands longer than this multiple of the target, requests are refused at once, before the interval's end.
  static constexpr int kWorst = 2;
  static constexpr std::chrono::milliseconds kInterval{20};

  // `target` is how long work may stand in queues; 0: there is no limit.
  explicit Admission(Duration target) noexcept : target_(target) {}

  // Succeeds when one more request of the owner may be taken on, while work has been standing in queues for `standing`.
  // overloaded with retry_after.
  [[nodiscard]] Result<void> ask(Time now, Duration standing, async::Owner owner);

 private:
  struct Share {
    std::size_t at_work = 0;
    std::size_t requests = 0;  // requests at work or on their way to it
  };

 public:
  // Work is a request that is worked on, from when its body is complete to its answer; a slow upload does not count.
  // The Admission outlives it.
  class Work {
   public:
    Work() noexcept = default;
    Work(Admission& of, async::Owner owner) { enter(of, owner); }
    ~Work() { end(); }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    void enter(Admission& of, async::Owner owner);  // once
    void begin() noexcept;                          // does nothing before enter()
    void end() noexcept;                            // a second call changes nothing

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
  // Some of the owners have no request.
  std::unordered_map<async::Owner, Share, async::Owner::Hash> shares_;
  std::size_t sharing_ = 0;  // the number of owners with work
  std::size_t limit_ = kMost;
  std::optional<Time> interval_;  // the beginning of the interval
  Duration standing_{};           // the sum of the times given by all requests of the interval
  int asked_ = 0;
  bool refused_ = false;  // a request was refused in this interval
};

}  // namespace rakkan::http
