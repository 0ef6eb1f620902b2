// BoundedPool is a fixed number of threads behind a bounded queue. A full pool refuses at once (overloaded with
// retry_after), work past its deadline is dropped before it starts (deadline_exceeded), and stop() finishes the
// accepted jobs.
//
// The pool is shared between the owners of jobs. The thread that is free takes the next job of the owner with the
// fewest jobs running, among equals of the one whose jobs took the least time so far; the jobs of one owner run in
// their order. An owner alone has the whole pool. When it is full, an owner with little in it still gets in: the newest
// waiting job of the owner with the most makes room and is refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "rakkan/async/deadline.hpp"
#include "rakkan/async/owner.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::async {

struct PoolOptions {
  std::string name;        // thread name, at most 15 characters
  unsigned threads = 1;    // at least 1
  std::size_t queue = 64;  // waiting jobs, without those running
  int nice = 0;            // steps below the program's priority (setpriority(2)), at most 19
};

namespace detail {

// The promise of a run() that is kept in any case: when the job is destroyed unanswered (it threw), the answer is
// internal.
template <class R>
class Answer {
 public:
  Answer() = default;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() {
    if (!given_) {
      promise_.set_value(fail(ErrorCode::internal, "the job ended without an answer"));
    }
  }
  void give(R answer) {
    promise_.set_value(std::move(answer));
    given_ = true;
  }
  [[nodiscard]] std::future<R> future() { return promise_.get_future(); }

 private:
  std::promise<R> promise_;
  bool given_ = false;
};

// A callback that is called in any case, like the promise above.
template <class R>
class CallbackAnswer {
 public:
  explicit CallbackAnswer(std::function<void(R)> callback) : callback_(std::move(callback)) {}
  CallbackAnswer(const CallbackAnswer&) = delete;
  CallbackAnswer& operator=(const CallbackAnswer&) = delete;
  ~CallbackAnswer() {
    if (callback_) {
      callback_(fail(ErrorCode::internal, "the job ended without an answer"));
    }
  }
  void give(R answer) { std::exchange(callback_, nullptr)(std::move(answer)); }

 private:
  std::function<void(R)> callback_;
};

}  // namespace detail

class BoundedPool {
 public:
  using Now = std::chrono::steady_clock::time_point (*)() noexcept;
  explicit BoundedPool(PoolOptions options, Now now = std::chrono::steady_clock::now);
  ~BoundedPool();  // stop()
  BoundedPool(const BoundedPool&) = delete;
  BoundedPool& operator=(const BoundedPool&) = delete;

  // A job is called exactly once: on a pool thread, with success to run or with the error why it will not run; or on
  // the thread of another submitter, whose job takes its place. An exception of the job is caught and counted; the
  // thread lives on.
  using Job = std::function<void(Result<void>)>;
  // Hands a job in. overloaded and shutting_down refuse it at once, and it is not called then.
  [[nodiscard]] Result<void> submit(Job job, Deadline deadline, Owner owner = {});

  // Runs fn (returning Result<T>) on the pool and waits: for callers that own their thread (the CLI). Never to be
  // called from a job of the same pool, which would wait for itself. An exception of fn becomes the error internal.
  template <class Fn>
  [[nodiscard]] std::invoke_result_t<Fn> run(Fn fn, Deadline deadline, Owner owner = {}) {
    using R = std::invoke_result_t<Fn>;
    auto answer = std::make_shared<detail::Answer<R>>();
    std::future<R> result = answer->future();
    // fn lives until result.get() returns, and the job is done with it by then.
    const Result<void> accepted = submit(
        [answer = std::move(answer), &fn](Result<void> start) {
          if (!start) {
            answer->give(fail(std::move(start).error()));
            return;
          }
          answer->give(fn());
        },
        deadline, owner);
    if (!accepted) {
      return fail(accepted.error());
    }
    return result.get();
  }

  void stop() noexcept;  // refuses new work, finishes the accepted jobs, joins; repeatable; not from a job

  struct Load {
    std::size_t waiting;
    unsigned running;
    std::uint64_t refused;  // jobs answered with overloaded since the start
    std::uint64_t expired;  // jobs dropped because their deadline had passed
    std::uint64_t thrown;   // jobs that ended by an exception
  };
  [[nodiscard]] Load load() const noexcept;

  // How long the oldest waiting job has been waiting; 0 when none waits. Takes no lock.
  [[nodiscard]] std::chrono::nanoseconds wait() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::async
