#include "rakkan/async/bounded_pool.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rakkan::async {
namespace {

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

// Bounds of the time that a refused caller is told to wait, so that one odd job does not send everybody away for an
// hour.
constexpr std::chrono::milliseconds kShortestRetry{10};
constexpr std::chrono::milliseconds kLongestRetry{5'000};
// Beyond this number of owners, those without a job are forgotten.
constexpr std::size_t kManyOwners = 1'024;
// The least time that a job counts for, so that owners take turns even when their jobs are too short to be measured.
constexpr Duration kLeastTaken{1};

// Lowers the priority of this thread alone: on Linux threads have priorities of their own (setpriority(2)), and
// lowering is always allowed.
void give_way(int nice) noexcept {
  if (nice > 0) {
    const auto self = static_cast<id_t>(::gettid());
    static_cast<void>(::setpriority(PRIO_PROCESS, self, ::getpriority(PRIO_PROCESS, self) + nice));
  }
}

}  // namespace

struct BoundedPool::Impl {
  Impl(PoolOptions given, Now clock) : options(std::move(given)), now(clock) {}

  struct Waiting {
    Job job;
    Deadline deadline;
    Time since;
  };
  // Lane holds the jobs of one owner.
  struct Lane {
    std::deque<Waiting> queue;
    unsigned running = 0;
    Duration used{};  // the pool's time that the owner used; idleness is not saved up

    [[nodiscard]] std::size_t size() const noexcept { return queue.size() + running; }
  };

  void work() noexcept;
  [[nodiscard]] bool call(Waiting waiting, Result<void> start) noexcept;  // true when the job threw
  // The functions below are called with the mutex held.
  void enqueue(Lane& lane, Waiting waiting);
  [[nodiscard]] Lane& lane_of(Owner owner);
  [[nodiscard]] std::optional<Waiting> make_room_for(const Lane& lane);
  [[nodiscard]] Lane& next_lane() noexcept;
  void leave_line(Lane& lane) noexcept;
  void note_oldest() noexcept;
  [[nodiscard]] bool full() const noexcept { return waiting + running >= options.queue + threads.size(); }
  // The time until a place in the queue should be free.
  [[nodiscard]] std::chrono::milliseconds retry_after() const noexcept;
  [[nodiscard]] Error overloaded() const;

  const PoolOptions options;
  const Now now;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::unordered_map<Owner, Lane, Owner::Hash> lanes;
  std::size_t many_lanes = kManyOwners;
  std::vector<Lane*> line;  // lanes with waiting jobs; a lane that had a turn stands behind those that had none
  std::size_t waiting = 0;
  unsigned running = 0;
  Duration reached{};  // `used` of the lane that was served last; a lane that comes back begins there
  bool stopping = false;
  std::uint64_t refused = 0;
  std::uint64_t expired = 0;
  std::uint64_t thrown = 0;
  static constexpr Duration::rep kNobody = 0;
  std::atomic<Duration::rep> oldest_since{kNobody};
  Duration usual_time{};  // time of one job: a moving average over about the last 16

  std::mutex join_mutex;  // keeps two callers of stop() apart
  std::vector<std::thread> threads;
};

BoundedPool::BoundedPool(PoolOptions options, Now now) : impl_(std::make_unique<Impl>(std::move(options), now)) {
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

Result<void> BoundedPool::submit(Job job, Deadline deadline, Owner owner) {
  std::optional<Impl::Waiting> gone;
  Result<void> why_gone;
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopping) {
      return fail(ErrorCode::shutting_down, "the pool " + impl_->options.name + " takes no more work");
    }
    Impl::Lane& lane = impl_->lane_of(owner);
    // A job that an idle thread is about to take does not count against the queue: a queue of 0 still runs jobs.
    if (impl_->full()) {
      ++impl_->refused;
      gone = impl_->make_room_for(lane);
      if (!gone) {
        return fail(impl_->overloaded());
      }
      why_gone = fail(impl_->overloaded());
    }
    impl_->enqueue(lane, {std::move(job), deadline, impl_->now()});
  }
  impl_->changed.notify_one();
  if (gone) {
    const bool threw = impl_->call(*std::move(gone), std::move(why_gone));
    const std::lock_guard lock(impl_->mutex);
    impl_->thrown += threw ? 1U : 0U;
  }
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
  return {impl_->waiting, impl_->running, impl_->refused, impl_->expired, impl_->thrown};
}

std::chrono::nanoseconds BoundedPool::wait() const noexcept {
  const Duration::rep since = impl_->oldest_since.load(std::memory_order_relaxed);
  return since == Impl::kNobody ? Duration(0) : impl_->now().time_since_epoch() - Duration(since);
}

void BoundedPool::Impl::work() noexcept {
  give_way(options.nice);
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return stopping || waiting > 0; });
    if (waiting == 0) {
      return;
    }
    Lane& lane = next_lane();
    Waiting next = std::move(lane.queue.front());
    lane.queue.pop_front();
    leave_line(lane);
    ++lane.running;
    ++running;
    lock.unlock();
    const Time start = now();
    const bool late = start > next.deadline;
    const bool threw =
        call(std::move(next), late ? Result<void>(fail(ErrorCode::deadline_exceeded,
                                                       "the deadline passed in the queue of the pool " + options.name))
                                   : Result<void>());
    const Duration taken = std::max(now() - start, kLeastTaken);
    lock.lock();
    --running;
    --lane.running;
    lane.used += taken;
    expired += late ? 1U : 0U;
    thrown += threw ? 1U : 0U;
    if (!late) {
      usual_time += (taken - usual_time) / 16;
    }
  }
}

// Calls a job and destroys it, both outside the lock.
bool BoundedPool::Impl::call(Waiting one, Result<void> start) noexcept {
  // One of the two last-resort catches of the program: a job's exception must not take the process down.
  try {
    one.job(std::move(start));
  } catch (...) {
    return true;
  }
  return false;
}

void BoundedPool::Impl::enqueue(Lane& lane, Waiting one) {
  if (lane.size() == 0) {
    lane.used = std::max(lane.used, reached);
  }
  if (line.size() == line.capacity()) {
    line.reserve(2 * line.capacity() + 8);  // first, so that the two changes below cannot fail between each other
  }
  lane.queue.push_back(std::move(one));
  if (lane.queue.size() == 1) {
    line.push_back(&lane);
    note_oldest();
  }
  ++waiting;
}

// The owner's lane, made when it is new; it stays at its address while it has jobs.
BoundedPool::Impl::Lane& BoundedPool::Impl::lane_of(Owner owner) {
  if (lanes.size() >= many_lanes && !lanes.contains(owner)) {
    std::erase_if(lanes, [](const auto& one) { return one.second.size() == 0; });
    many_lanes = std::max(kManyOwners, 2 * lanes.size());
  }
  return lanes[owner];
}

// Takes away the newest job of the owner with the most jobs, when that owner has more than the owner of `lane` will
// have.
std::optional<BoundedPool::Impl::Waiting> BoundedPool::Impl::make_room_for(const Lane& lane) {
  const auto most =
      std::max_element(line.begin(), line.end(), [](const Lane* a, const Lane* b) { return a->size() < b->size(); });
  if (most == line.end() || (*most)->size() <= lane.size() + 1) {
    return std::nullopt;
  }
  Lane& from = **most;
  std::optional<Waiting> gone(std::move(from.queue.back()));
  from.queue.pop_back();
  --waiting;
  if (from.queue.empty()) {
    line.erase(most);
    note_oldest();
  }
  return gone;
}

BoundedPool::Impl::Lane& BoundedPool::Impl::next_lane() noexcept {
  const auto less = [](const Lane* a, const Lane* b) {
    return a->running != b->running ? a->running < b->running : a->used < b->used;
  };
  return line.size() == 1 ? *line.front() : **std::min_element(line.begin(), line.end(), less);
}

// To be called when the lane's first job was taken: the lane goes behind the others, or out of the line when it has no
// more jobs.
void BoundedPool::Impl::leave_line(Lane& lane) noexcept {
  reached = std::max(reached, lane.used);
  --waiting;
  const auto place = std::find(line.begin(), line.end(), &lane);
  if (lane.queue.empty()) {
    line.erase(place);
  } else {
    std::rotate(place, place + 1, line.end());
  }
  note_oldest();
}

void BoundedPool::Impl::note_oldest() noexcept {
  Duration::rep oldest = kNobody;
  for (const Lane* lane : line) {
    const Duration::rep since = lane->queue.front().since.time_since_epoch().count();
    oldest = oldest == kNobody ? since : std::min(oldest, since);
  }
  oldest_since.store(oldest, std::memory_order_relaxed);
}

std::chrono::milliseconds BoundedPool::Impl::retry_after() const noexcept {
  const auto rounds = static_cast<Duration::rep>(waiting / threads.size() + 1);
  return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(usual_time * rounds), kShortestRetry, kLongestRetry);
}

Error BoundedPool::Impl::overloaded() const {
  return {ErrorCode::overloaded, "the queue of the pool " + options.name + " is full", {}, retry_after(), {}};
}

}  // namespace rakkan::async
