#include "rakkan/async/task.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace rakkan::async {
namespace {

using namespace std::chrono_literals;

Task<Result<int>> double_on(BoundedPool& pool, int value) {
  const auto work = [&]() -> Result<int> { return value * 2; };
  RAKKAN_CO_TRY(const int doubled, co_await run_on(pool, work, deadline_in(10s)));
  co_return doubled;
}

TEST(TaskTest, WorkRunsOnThePoolAndTheCoroutineGoesOnWhereItWas) {
  BoundedPool pool({"work", 1, 4});
  std::thread::id worker;
  std::thread::id after;
  const auto body = [&]() -> Task<Result<int>> {
    const auto work = [&]() -> Result<int> {
      worker = std::this_thread::get_id();
      return 7;
    };
    const Result<int> seven = co_await run_on(pool, work, deadline_in(10s));
    after = std::this_thread::get_id();
    co_return seven;
  };
  const Result<int> result = block_on(body());
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(*result, 7);
  EXPECT_EQ(after, std::this_thread::get_id());
  EXPECT_NE(worker, after);
}

TEST(TaskTest, AnErrorLeavesTheCoroutine) {
  BoundedPool pool({"work", 1, 4});
  pool.stop();
  const Result<int> result = block_on(double_on(pool, 1));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::shutting_down);
}

TEST(TaskTest, WorkPastItsDeadlineIsNotStarted) {
  BoundedPool pool({"work", 1, 4});
  bool ran = false;
  const auto body = [&]() -> Task<Result<int>> {
    const auto work = [&]() -> Result<int> {
      ran = true;
      return 1;
    };
    co_return co_await run_on(pool, work, std::chrono::steady_clock::now() - 1ms);
  };
  const Result<int> result = block_on(body());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::deadline_exceeded);
  EXPECT_FALSE(ran);
}

TEST(TaskTest, AnExceptionOfTheWorkIsAnInternalError) {
  BoundedPool pool({"work", 1, 4});
  const auto body = [&]() -> Task<Result<int>> {
    const auto work = []() -> Result<int> { throw std::runtime_error("broken"); };
    co_return co_await run_on(pool, work, deadline_in(10s));
  };
  const Result<int> result = block_on(body());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::internal);
}

TEST(TaskTest, AnAnswerMayComeBeforeTheWaitingBegins) {
  const auto body = []() -> Task<Result<int>> {
    auto start = [](const std::function<void(Result<int>)>& answer) { answer(3); };
    co_return co_await await_answer<Result<int>>(std::move(start));
  };
  const Result<int> result = block_on(body());
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(*result, 3);
}

}  // namespace
}  // namespace rakkan::async
