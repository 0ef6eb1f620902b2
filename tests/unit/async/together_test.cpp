#include "rakkan/async/together.hpp"

#include <gmock/gmock.h>

#include <future>
#include <stdexcept>

namespace rakkan::async {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Waits on a thread of the pool until `go`, then gives the value.
Task<int> give(BoundedPool& pool, std::shared_future<void> go, int value) {
  const auto wait = [&]() -> Result<int> {
    go.wait();
    return value;
  };
  const Result<int> given = co_await run_on(pool, wait, deadline_in(60s));
  co_return given.value_or(-1);
}
Task<int> give_and_tell(std::promise<void>& told, int value) {
  told.set_value();
  co_return value;
}
Task<int> throw_one() {
  throw std::runtime_error("one");
  co_return 0;
}

TEST(TogetherTest, TasksRunAtTheSameTimeAndAnswerInTheirOrder) {
  BoundedPool pool({"work", 2, 4});
  std::promise<void> told;
  const std::shared_future<void> go = told.get_future().share();
  std::vector<Task<int>> tasks;
  tasks.push_back(give(pool, go, 1));  // ends only after the last one has run
  tasks.push_back(give(pool, go, 2));
  tasks.push_back(give_and_tell(told, 3));
  EXPECT_THAT(block_on(together(std::move(tasks))), ElementsAre(1, 2, 3));
}

TEST(TogetherTest, NoTasksHaveNoAnswers) { EXPECT_THAT(block_on(together(std::vector<Task<int>>())), IsEmpty()); }

TEST(TogetherTest, AnExceptionIsThrownOnWhenAllHaveEnded) {
  std::promise<void> told;
  std::vector<Task<int>> tasks;
  tasks.push_back(throw_one());
  tasks.push_back(give_and_tell(told, 1));
  EXPECT_THROW(block_on(together(std::move(tasks))), std::runtime_error);
  EXPECT_EQ(told.get_future().wait_for(0s), std::future_status::ready);
}

}  // namespace
}  // namespace rakkan::async
