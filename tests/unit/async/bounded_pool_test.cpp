#include "rakkan/async/bounded_pool.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/eventually.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::async {
namespace {

using test::eventually;
using test::FailsWith;
using test::IsOk;
using namespace std::chrono_literals;

// A job that tells when it has started and then waits to be let go.
class Blocker {
 public:
  BoundedPool::Job job() {
    return [this](const Result<void>&) {
      started_.count_down();
      released_.wait();
    };
  }
  void wait_until_started() { started_.wait(); }
  void release() { released_.count_down(); }

 private:
  std::latch started_{1};
  std::latch released_{1};
};

TEST(BoundedPool, RunReturnsTheAnswerOfAnotherThread) {
  BoundedPool pool({"answer", 1, 4});
  const auto answer = pool.run([] { return Result<std::thread::id>(std::this_thread::get_id()); }, deadline_in(10s));
  ASSERT_THAT(answer, IsOk());
  EXPECT_NE(*answer, std::this_thread::get_id());
}

TEST(BoundedPool, RunPassesTheJobsError) {
  BoundedPool pool({"error", 1, 4});
  const auto answer =
      pool.run([]() -> Result<int> { return fail(ErrorCode::digest_mismatch, "as told"); }, deadline_in(10s));
  EXPECT_THAT(answer, FailsWith(ErrorCode::digest_mismatch));
}

TEST(BoundedPool, RefusesAtOnceWhenFullAndSaysWhenToComeBack) {
  Blocker blocker;
  BoundedPool pool({"full", 1, 2});
  ASSERT_THAT(pool.submit(blocker.job(), deadline_in(10s)), IsOk());
  blocker.wait_until_started();
  std::atomic<int> ran = 0;
  const auto count = [&](const Result<void>& start) { ran += start ? 1 : 0; };
  ASSERT_THAT(pool.submit(count, deadline_in(10s)), IsOk());
  ASSERT_THAT(pool.submit(count, deadline_in(10s)), IsOk());

  const Result<void> refused = pool.submit(count, deadline_in(10s));
  EXPECT_THAT(refused, FailsWith(ErrorCode::overloaded));
  ASSERT_TRUE(refused.error().retry_after);
  EXPECT_GE(*refused.error().retry_after, 10ms);
  EXPECT_LE(*refused.error().retry_after, 5s);
  EXPECT_EQ(pool.load().waiting, 2U);
  EXPECT_EQ(pool.load().running, 1U);
  EXPECT_EQ(pool.load().refused, 1U);

  blocker.release();
  pool.stop();
  EXPECT_EQ(ran, 2) << "the refused job must not have been called";
}

TEST(BoundedPool, AQueueOfZeroTakesWorkOnlyForIdleThreads) {
  Blocker blocker;
  BoundedPool pool({"zero", 1, 0});
  ASSERT_THAT(pool.submit(blocker.job(), deadline_in(10s)), IsOk());
  blocker.wait_until_started();
  EXPECT_THAT(pool.submit([](const Result<void>&) {}, deadline_in(10s)), FailsWith(ErrorCode::overloaded));
  blocker.release();
}

TEST(BoundedPool, DropsWorkPastItsDeadlineBeforeItStarts) {
  Blocker blocker;
  BoundedPool pool({"late", 1, 4});
  ASSERT_THAT(pool.submit(blocker.job(), deadline_in(10s)), IsOk());
  blocker.wait_until_started();
  std::latch called(1);
  Result<void> told;
  ASSERT_THAT(pool.submit(
                  [&](Result<void> start) {
                    told = std::move(start);
                    called.count_down();
                  },
                  deadline_in(-1ms)),
              IsOk());
  blocker.release();
  called.wait();
  EXPECT_THAT(told, FailsWith(ErrorCode::deadline_exceeded));
  pool.stop();
  EXPECT_EQ(pool.load().expired, 1U);
}

TEST(BoundedPool, RunTellsOfAPassedDeadlineWithoutCallingTheFunction) {
  BoundedPool pool({"late", 1, 4});
  bool called = false;
  const auto answer = pool.run(
      [&]() -> Result<int> {
        called = true;
        return 1;
      },
      deadline_in(-1ms));
  EXPECT_THAT(answer, FailsWith(ErrorCode::deadline_exceeded));
  EXPECT_FALSE(called);
}

TEST(BoundedPool, StopFinishesWhatWasAcceptedAndRefusesNewWork) {
  Blocker blocker;
  BoundedPool pool({"stop", 1, 8});
  ASSERT_THAT(pool.submit(blocker.job(), deadline_in(10s)), IsOk());
  blocker.wait_until_started();
  std::atomic<int> ran = 0;
  const auto count = [&](const Result<void>& start) { ran += start ? 1 : 0; };
  int accepted = 0;
  for (; accepted < 5; ++accepted) {
    ASSERT_THAT(pool.submit(count, deadline_in(10s)), IsOk());
  }
  std::thread stopper([&] { pool.stop(); });
  // Until the pool is closed by its end, work is accepted or, when the queue is full, refused for that reason.
  Result<void> answer;
  EXPECT_TRUE(eventually([&] {
    answer = pool.submit(count, deadline_in(60s));
    accepted += answer ? 1 : 0;
    return !answer && answer.error().code == ErrorCode::shutting_down;
  })) << "the stop does not begin";
  EXPECT_GE(pool.load().waiting, 5U) << "the blocker holds the only thread, so what was accepted still waits";
  blocker.release();
  stopper.join();
  EXPECT_EQ(ran, accepted);
  EXPECT_EQ(pool.load().waiting, 0U);
}

TEST(BoundedPool, CatchesAndCountsWhatAJobThrowsAndWorksOn) {
  BoundedPool pool({"throw", 1, 4});
  ASSERT_THAT(pool.submit([](const Result<void>&) { throw std::runtime_error("a fault in a job"); }, deadline_in(10s)),
              IsOk());
  ASSERT_THAT(pool.submit([](const Result<void>&) { throw 7; }, deadline_in(10s)), IsOk());
  const auto answer = pool.run([]() -> Result<int> { return 42; }, deadline_in(10s));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(*answer, 42);
  EXPECT_EQ(pool.load().thrown, 2U);
}

TEST(BoundedPool, RunAnswersInternalWhenTheFunctionThrows) {
  BoundedPool pool({"throw", 1, 4});
  const auto answer = pool.run([]() -> Result<int> { throw std::runtime_error("a fault in a job"); }, deadline_in(10s));
  EXPECT_THAT(answer, FailsWith(ErrorCode::internal));
}

TEST(BoundedPool, TellsHowLongTheNextJobHasWaited) {
  BoundedPool pool({"wait", 1, 4});
  EXPECT_EQ(pool.wait(), 0ns);
  Blocker first;
  Blocker second;
  ASSERT_THAT(pool.submit(first.job(), deadline_in(10s)), IsOk());
  first.wait_until_started();
  EXPECT_EQ(pool.wait(), 0ns);  // it runs, nobody waits
  ASSERT_THAT(pool.submit(second.job(), deadline_in(10s)), IsOk());
  EXPECT_TRUE(eventually([&] { return pool.wait() >= 20ms; })) << "the second waits";
  ASSERT_THAT(pool.submit([](const Result<void>&) {}, deadline_in(10s)), IsOk());
  EXPECT_GE(pool.wait(), 20ms);  // of the first that waits, not of the last
  first.release();
  second.wait_until_started();
  EXPECT_GT(pool.wait(), 0ns);
  second.release();
  pool.stop();
  EXPECT_EQ(pool.wait(), 0ns);
}

TEST(BoundedPool, ManyCallersLoseNoJobAndCountEveryRefusal) {
  constexpr int kCallers = 4;
  constexpr int kEach = 2'000;
  BoundedPool pool({"many", 3, 16});
  std::atomic<std::uint64_t> ran = 0;
  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> refused = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      for (int job = 0; job < kEach; ++job) {
        const bool taken = pool.submit([&](const Result<void>&) { ++ran; }, deadline_in(10s)).has_value();
        ++(taken ? accepted : refused);
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  pool.stop();
  EXPECT_EQ(ran, accepted);
  EXPECT_EQ(accepted + refused, std::uint64_t{kCallers} * kEach);
  EXPECT_EQ(pool.load().refused, refused);
}

// A time that is moved only by the durations that jobs state.
std::atomic<std::chrono::steady_clock::rep> test_time{1};
std::chrono::steady_clock::time_point test_now() noexcept {
  return std::chrono::steady_clock::time_point(std::chrono::steady_clock::duration(test_time.load()));
}
constexpr Deadline kNever = Deadline::max();

// A pool whose first job of "other" waits, one a thread, so that the test decides what stands in the queue, and a
// record of what ran then.
class APoolOfManyOwners : public ::testing::Test {
 protected:
  void make(unsigned threads, std::size_t queue) {
    pool_ = std::make_unique<BoundedPool>(PoolOptions{"owners", threads, queue}, test_now);
  }
  void occupy(std::string_view owner) {
    blockers_.push_back(std::make_unique<Blocker>());
    ASSERT_THAT(pool_->submit(blockers_.back()->job(), kNever, Owner::of(owner)), IsOk());
    blockers_.back()->wait_until_started();
  }
  void release(std::size_t index) { blockers_.at(index)->release(); }
  // Writes its owner's name when it runs, and the name with "!" when it is told that it will not.
  Result<void> submit(const std::string& owner, std::chrono::nanoseconds takes = 0ns) {
    return pool_->submit(
        [this, owner, takes](const Result<void>& start) {
          test_time += takes.count();
          const std::lock_guard lock(mutex_);
          ran_ += owner + (start ? "" : "!");
          retry_after_ = start ? retry_after_ : start.error().retry_after;
        },
        kNever, Owner::of(owner));
  }
  std::string ran() {
    const std::lock_guard lock(mutex_);
    return ran_;
  }

  std::vector<std::unique_ptr<Blocker>> blockers_;
  std::mutex mutex_;
  std::string ran_;
  std::optional<std::chrono::milliseconds> retry_after_;
  std::unique_ptr<BoundedPool> pool_;
};

TEST_F(APoolOfManyOwners, OneAloneHasItAll) {
  make(2, 3);
  occupy("a");
  occupy("a");
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(submit("a"), IsOk());
  }
  EXPECT_THAT(submit("a"), FailsWith(ErrorCode::overloaded));
  release(0);
  release(1);
  pool_->stop();
  EXPECT_EQ(ran(), "aaa");
}

TEST_F(APoolOfManyOwners, OwnersTakeTurnsHoweverMuchOneBrought) {
  make(1, 100);
  occupy("other");
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(submit("a"), IsOk());
  }
  ASSERT_THAT(submit("b"), IsOk());
  ASSERT_THAT(submit("b"), IsOk());
  ASSERT_THAT(submit("c"), IsOk());
  release(0);
  pool_->stop();
  EXPECT_EQ(ran(), "abcabaa");
}

TEST_F(APoolOfManyOwners, ATurnIsTimeNotANumberOfJobs) {
  make(1, 100);
  occupy("other");
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(submit("a", 30ms), IsOk());
  }
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(submit("b", 10ms), IsOk());
  }
  release(0);
  pool_->stop();
  EXPECT_EQ(ran(), "abbbabbb");
}

TEST_F(APoolOfManyOwners, WhoWasIdleSavedNothingUp) {
  make(1, 100);
  occupy("other");
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(submit("a", 10ms), IsOk());
  }
  release(0);
  ASSERT_TRUE(eventually([&] { return pool_->load().waiting + pool_->load().running == 0; }));
  occupy("other");
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(submit("a", 10ms), IsOk());
    ASSERT_THAT(submit("b", 10ms), IsOk());
  }
  release(1);
  pool_->stop();
  EXPECT_EQ(ran(),
            "aaaa"
            "baba");  // of a only the last job counts: b was not there before
}

TEST_F(APoolOfManyOwners, WhoRunsOnFewerThreadsIsNext) {
  make(2, 100);
  occupy("a");
  occupy("a");
  ASSERT_THAT(submit("a"), IsOk());
  ASSERT_THAT(submit("b", 1h), IsOk());  // a long job: b has had more time than a from then on
  ASSERT_THAT(submit("b"), IsOk());
  release(0);
  ASSERT_TRUE(eventually([&] { return pool_->load().waiting == 0; }));
  EXPECT_THAT(ran(), ::testing::StartsWith("bb"));  // a still runs on the other thread
  release(1);
  pool_->stop();
}

TEST_F(APoolOfManyOwners, WhenItIsFullWhoHasTheMostMakesRoom) {
  make(1, 3);
  occupy("a");
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(submit("a"), IsOk());
  }
  ASSERT_THAT(submit("b"), IsOk());
  EXPECT_EQ(ran(), "a!");
  ASSERT_TRUE(retry_after_);
  EXPECT_GE(*retry_after_, 10ms);
  EXPECT_EQ(pool_->load().refused, 1U);
  EXPECT_EQ(pool_->load().waiting, 3U);
  release(0);
  pool_->stop();
  EXPECT_EQ(ran(), "a!baa");
}

TEST_F(APoolOfManyOwners, WhenItIsFullWhoHasAsMuchAsTheOthersIsRefused) {
  make(1, 3);
  occupy("a");
  ASSERT_THAT(submit("a"), IsOk());
  ASSERT_THAT(submit("b"), IsOk());
  ASSERT_THAT(submit("b"), IsOk());
  EXPECT_THAT(submit("b"), FailsWith(ErrorCode::overloaded));
  EXPECT_THAT(submit("a"), FailsWith(ErrorCode::overloaded));
  EXPECT_THAT(submit("c"), IsOk());
  EXPECT_EQ(ran().back(), '!');
  release(0);
  pool_->stop();
}

TEST_F(APoolOfManyOwners, WhatIsRefusedAfterAllMayThrow) {
  make(1, 1);
  occupy("a");
  ASSERT_THAT(pool_->submit([](const Result<void>&) { throw std::runtime_error("a fault"); }, kNever, Owner::of("a")),
              IsOk());
  ASSERT_THAT(submit("b"), IsOk());
  EXPECT_EQ(pool_->load().thrown, 1U);
  release(0);
  pool_->stop();
}

TEST_F(APoolOfManyOwners, RemembersNoMoreOwnersThanItHasTo) {
  make(1, 10'000);
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_THAT(submit("owner " + std::to_string(i)), IsOk());
  }
  pool_->stop();
  EXPECT_EQ(pool_->load().waiting, 0U);
  const std::string all = ran();
  EXPECT_EQ(std::count(all.begin(), all.end(), 'o'), 5'000);
}

TEST(BoundedPool, ItsThreadsGiveWayWhenTheyAreToldTo) {
  const int own = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
  BoundedPool pool({"nice", 1, 4, 3});
  const auto priority = pool.run([] { return Result<int>(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()))); },
                                 deadline_in(60s));
  ASSERT_THAT(priority, IsOk());
  EXPECT_EQ(*priority, std::min(own + 3, 19));
}

}  // namespace
}  // namespace rakkan::async
