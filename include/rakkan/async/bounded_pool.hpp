// BoundedPool: a fixed number of threads behind a bounded queue. Full means refused at once (overloaded with
// retry_after), work past its deadline is dropped before it starts (deadline_exceeded), stop() finishes what was
// accepted.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <type_traits>

#include "rakkan/base/result.hpp"

namespace rakkan::async {

// Steady time: a clock that is set does not move deadlines.
using Deadline = std::chrono::steady_clock::time_point;
[[nodiscard]] inline Deadline deadline_in(std::chrono::milliseconds from_now) {
  return std::chrono::steady_clock::now() + from_now;
}

struct PoolOptions {
  std::string name;  // thread name, at most 15 characters
  unsigned threads = 1;
  std::size_t queue = 64;  // waiting jobs, without those running
};

class BoundedPool {
 public:
  explicit BoundedPool(PoolOptions options);
  ~BoundedPool();  // stop()
  BoundedPool(const BoundedPool&) = delete;
  BoundedPool& operator=(const BoundedPool&) = delete;

  // A job is called exactly once, on a pool thread: with no value to run, or with the error why it will not run.
  using Job = std::function<void(Result<void>)>;
  // Refused at once: overloaded, shutting_down. The job is not called then.
  [[nodiscard]] Result<void> submit(Job job, Deadline deadline);

  // Runs fn (returning Result<T>) on the pool and waits: for callers that own their thread (the CLI).
  template <class Fn>
  [[nodiscard]] std::invoke_result_t<Fn> run(Fn fn, Deadline deadline) {
    using R = std::invoke_result_t<Fn>;
    auto promise = std::make_shared<std::promise<R>>();
    std::future<R> answer = promise->get_future();
    const Result<void> accepted = submit(
        [promise, &fn](Result<void> start) {
          if (!start) {
            promise->set_value(fail(std::move(start).error()));
            return;
          }
          promise->set_value(fn());
        },
        deadline);
    if (!accepted) {
      return fail(accepted.error());
    }
    return answer.get();
  }

  void stop() noexcept;  // refuses new work, finishes what was accepted, joins
  struct Load {
    std::size_t waiting;
    unsigned running;
    std::uint64_t refused;
    std::uint64_t expired;
  };
  [[nodiscard]] Load load() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::async
