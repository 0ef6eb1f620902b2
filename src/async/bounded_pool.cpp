#include "rakkan/async/bounded_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace rakkan::async {
namespace {

using std::chrono::steady_clock;

// What a refused caller is told to wait: within these bounds, so that one odd job does not send everybody away for an
// hour.
constexpr std::chrono::milliseconds kShortestRetry{10};
constexpr std::chrono::milliseconds kLongestRetry{5'000};

}  // namespace

struct BoundedPool::Impl {
  explicit Impl(PoolOptions given) : options(std::move(given)) {}

  struct Waiting {
    Job job;
    Deadline deadline;
    steady_clock::time_point since;
  };

  void work() noexcept;
  void call(Waiting waiting) noexcept;
  // The time until a place in the queue should be free. Call with the mutex held.
  [[nodiscard]] std::chrono::milliseconds retry_after() const noexcept;
  // To be called when another job is next, with the mutex held.
  void note_next() noexcept {
    next_since.store(queue.empty() ? kNobody : queue.front().since.time_since_epoch().count(),
                     std::memory_order_relaxed);
  }

  const PoolOptions options;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Waiting> queue;
  unsigned running = 0;
  bool stopping = false;
  std::uint64_t refused = 0;
  std::uint64_t expired = 0;
  std::uint64_t thrown = 0;
  static constexpr steady_clock::rep kNobody = 0;
  std::atomic<steady_clock::rep> next_since{kNobody};
  steady_clock::duration usual_time{};  // of one job: a moving average over about the last 16

  std::mutex join_mutex;  // two callers of stop()
  std::vector<std::thread> threads;
};

BoundedPool::BoundedPool(PoolOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {
  const unsigned count = std::max(1U, impl_->options.threads);
  const std::string name = impl_->options.name.substr(0, 15);  // pthread_setname_np's limit
  impl_->threads.reserve(count);
  for (unsigned i = 0; i < count; ++i) {
    impl_->threads.emplace_back([impl = impl_.get()] { impl->work(); });
    if (!name.empty()) {
      ::pthread_setname_np(impl_->threads.back().native_handle(), name.c_str());
    }
  }
}

BoundedPool::~BoundedPool() { stop(); }

Result<void> BoundedPool::submit(Job job, Deadline deadline) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopping) {
      return fail(ErrorCode::shutting_down, "the pool " + impl_->options.name + " takes no more work");
    }
    // A job that an idle thread is about to take does not count against the queue: a queue of 0 still runs jobs.
    if (impl_->queue.size() + impl_->running >= impl_->options.queue + impl_->threads.size()) {
      ++impl_->refused;
      return fail(Error{ErrorCode::overloaded,
                        "the queue of the pool " + impl_->options.name + " is full",
                        {},
                        impl_->retry_after(),
                        {}});
    }
    impl_->queue.push_back({std::move(job), deadline, steady_clock::now()});
    if (impl_->queue.size() == 1) {
      impl_->note_next();
    }
  }
  impl_->changed.notify_one();
  return {};
}

void BoundedPool::stop() noexcept {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  const std::lock_guard lock(impl_->join_mutex);
  for (std::thread& thread : impl_->threads) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

BoundedPool::Load BoundedPool::load() const noexcept {
  const std::lock_guard lock(impl_->mutex);
  return {impl_->queue.size(), impl_->running, impl_->refused, impl_->expired, impl_->thrown};
}

std::chrono::nanoseconds BoundedPool::wait() const noexcept {
  const steady_clock::rep since = impl_->next_since.load(std::memory_order_relaxed);
  return since == Impl::kNobody ? steady_clock::duration(0)
                                : steady_clock::now().time_since_epoch() - steady_clock::duration(since);
}

void BoundedPool::Impl::work() noexcept {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return stopping || !queue.empty(); });
    if (queue.empty()) {
      return;
    }
    Waiting next = std::move(queue.front());
    queue.pop_front();
    note_next();
    ++running;
    lock.unlock();
    call(std::move(next));  // and destroys the job, outside the lock
    lock.lock();
    --running;
  }
}

void BoundedPool::Impl::call(Waiting waiting) noexcept {
  const steady_clock::time_point start = steady_clock::now();
  const bool late = start > waiting.deadline;
  bool threw = false;
  // One of the two last-resort catches of the program: a job's exception must not take the process down.
  try {
    waiting.job(late ? Result<void>(fail(ErrorCode::deadline_exceeded,
                                         "the deadline passed in the queue of the pool " + options.name))
                     : Result<void>());
  } catch (...) {
    threw = true;
  }
  waiting.job = nullptr;
  const steady_clock::duration taken = steady_clock::now() - start;
  const std::lock_guard lock(mutex);
  expired += late ? 1U : 0U;
  thrown += threw ? 1U : 0U;
  if (!late) {
    usual_time += (taken - usual_time) / 16;
  }
}

std::chrono::milliseconds BoundedPool::Impl::retry_after() const noexcept {
  const auto rounds = static_cast<steady_clock::rep>(queue.size() / threads.size() + 1);
  return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(usual_time * rounds), kShortestRetry, kLongestRetry);
}

}  // namespace rakkan::async
