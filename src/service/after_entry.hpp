// Work that may begin when an entry of the trail is durable: what a key is used for. The trail's thread hands it to
// the pool itself, and the caller comes back once, with both.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::service {

// What came of the work; R is a Result.
template <class R>
struct AfterEntry {
  audit::Receipt receipt;
  R result;
};

namespace detail {

// Answers in any case: a job that threw goes away unanswered, and its entry is there all the same.
template <class R>
class AwaitedWork {
 public:
  using Answer = std::function<void(Result<AfterEntry<R>>)>;
  explicit AwaitedWork(Answer answer) : answer_(std::move(answer)) {}
  AwaitedWork(const AwaitedWork&) = delete;
  AwaitedWork& operator=(const AwaitedWork&) = delete;
  ~AwaitedWork() {
    if (answer_) {
      give(R(fail(ErrorCode::internal, "the job ended without an answer")));
    }
  }

  void recorded(const audit::Receipt& receipt) { receipt_ = receipt; }
  void refuse(Error error) { std::exchange(answer_, nullptr)(fail(std::move(error))); }
  void give(R result) { std::exchange(answer_, nullptr)(AfterEntry<R>{receipt_, std::move(result)}); }

 private:
  audit::Receipt receipt_;
  Answer answer_;
};

}  // namespace detail

// Records the entry, then runs fn(since) -> Result<T> on the pool, `since` being when it came into the pool's queue.
// The outer error is that of the entry, and fn does not run then; the inner one is fn's, or the pool's (overloaded,
// shutting_down, deadline_exceeded, internal for an exception). The coroutine's frame outlives fn's run; after the
// answer nothing of it is touched any more.
template <class Fn, class R = std::invoke_result_t<Fn, std::chrono::steady_clock::time_point>>
[[nodiscard]] async::Task<Result<AfterEntry<R>>> run_after(audit::TrailWriter& trail, audit::Submission entry,
                                                           async::BoundedPool& pool, Fn fn, async::Deadline deadline,
                                                           async::Owner owner) {
  auto start = [&](std::function<void(Result<AfterEntry<R>>)> answer) {
    const auto work = std::make_shared<detail::AwaitedWork<R>>(std::move(answer));
    trail.record(std::move(entry), [&pool, &fn, deadline, owner, work](Result<audit::Receipt> receipt) {
      if (!receipt) {
        work->refuse(std::move(receipt).error());
        return;
      }
      work->recorded(*receipt);
      const auto since = std::chrono::steady_clock::now();
      const auto job = [&fn, since, work](Result<void> started) {
        work->give(started ? fn(since) : R(fail(std::move(started).error())));
      };
      if (const Result<void> accepted = pool.submit(job, deadline, owner); !accepted) {
        work->give(R(fail(accepted.error())));
      }
    });
  };
  co_return co_await async::await_answer<Result<AfterEntry<R>>>(std::move(start));
}

}  // namespace rakkan::service
