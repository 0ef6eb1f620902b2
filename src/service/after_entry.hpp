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
  [[nodiscard]] const audit::Receipt& receipt() const noexcept { return receipt_; }
  void refuse(Error error) { std::exchange(answer_, nullptr)(fail(std::move(error))); }
  void give(R result) { std::exchange(answer_, nullptr)(AfterEntry<R>{receipt_, std::move(result)}); }

 private:
  audit::Receipt receipt_;
  Answer answer_;
};

// Has `run` called on the pool once the entry is durable. After that call the caller's frame may be gone: nothing of it
// is touched any more.
template <class R, class Run>
void submit_after(audit::TrailWriter& trail, audit::Submission entry, async::BoundedPool& pool, const Run& run,
                  async::Deadline deadline, async::Owner owner, typename AwaitedWork<R>::Answer answer) {
  auto work = std::make_shared<AwaitedWork<R>>(std::move(answer));
  trail.record(std::move(entry),
               [&pool, &run, deadline, owner, work = std::move(work)](Result<audit::Receipt> receipt) {
                 if (!receipt) {
                   work->refuse(std::move(receipt).error());
                   return;
                 }
                 work->recorded(*receipt);
                 const auto since = std::chrono::steady_clock::now();
                 const auto job = [&run, since, work](Result<void> started) {
                   if (started) {
                     run(since, work);
                   } else {
                     work->give(R(fail(std::move(started).error())));
                   }
                 };
                 if (const Result<void> accepted = pool.submit(job, deadline, owner); !accepted) {
                   work->give(R(fail(accepted.error())));
                 }
               });
}

}  // namespace detail

// Records the entry, then runs fn(since, receipt) -> Result<T> on the pool, `since` being when it came into the pool's
// queue. The outer error is that of the entry, and fn does not run then; the inner one is fn's, or the pool's
// (overloaded, shutting_down, deadline_exceeded, internal for an exception). The coroutine's frame outlives fn's run.
template <class Fn, class R = std::invoke_result_t<Fn, std::chrono::steady_clock::time_point, const audit::Receipt&>>
[[nodiscard]] async::Task<Result<AfterEntry<R>>> run_after(audit::TrailWriter& trail, audit::Submission entry,
                                                           async::BoundedPool& pool, Fn fn, async::Deadline deadline,
                                                           async::Owner owner) {
  const auto run = [&fn](auto since, const std::shared_ptr<detail::AwaitedWork<R>>& work) {
    work->give(fn(since, work->receipt()));
  };
  auto start = [&](std::function<void(Result<AfterEntry<R>>)> answer) {
    detail::submit_after<R>(trail, std::move(entry), pool, run, deadline, owner, std::move(answer));
  };
  co_return co_await async::await_answer<Result<AfterEntry<R>>>(std::move(start));
}

// The same with fn(since, receipt) -> Result<audit::Submission>: what it makes is recorded in turn, from the pool's
// thread, and the inner result is that entry's.
template <class Fn>
[[nodiscard]] async::Task<Result<AfterEntry<Result<audit::Receipt>>>> record_around(audit::TrailWriter& trail,
                                                                                    audit::Submission entry,
                                                                                    async::BoundedPool& pool, Fn fn,
                                                                                    async::Deadline deadline,
                                                                                    async::Owner owner) {
  using R = Result<audit::Receipt>;
  const auto run = [&fn, &trail](auto since, const std::shared_ptr<detail::AwaitedWork<R>>& work) {
    Result<audit::Submission> second = fn(since, work->receipt());
    if (!second) {
      work->give(fail(std::move(second).error()));
      return;
    }
    trail.record(*std::move(second), [work](R recorded) { work->give(std::move(recorded)); });
  };
  auto start = [&](std::function<void(Result<AfterEntry<R>>)> answer) {
    detail::submit_after<R>(trail, std::move(entry), pool, run, deadline, owner, std::move(answer));
  };
  co_return co_await async::await_answer<Result<AfterEntry<R>>>(std::move(start));
}

}  // namespace rakkan::service
