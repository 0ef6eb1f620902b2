#include "rakkan/async/byte_budget.hpp"

#include <thread>
#include <vector>

#include "support/result_matchers.hpp"

namespace rakkan::async {
namespace {

using test::FailsWith;
using test::IsOk;

TEST(ByteBudget, RefusesWhatDoesNotFitAndTakesItBack) {
  ByteBudget budget(100);
  ASSERT_OK_AND_ASSIGN(ByteBudget::Lease first, budget.take(60));
  const auto refused = budget.take(41);
  ASSERT_THAT(refused, FailsWith(ErrorCode::overloaded));
  EXPECT_TRUE(refused.error().retry_after.has_value());
  EXPECT_THAT(budget.take(101), FailsWith(ErrorCode::input_too_large));
  ASSERT_THAT(first.grow(40), IsOk());
  EXPECT_THAT(first.grow(1), FailsWith(ErrorCode::input_too_large));
  EXPECT_EQ(first.size(), 100U);
  ByteBudget::Lease moved = std::move(first);
  EXPECT_EQ(budget.taken(), 100U);
  moved = ByteBudget::Lease();
  EXPECT_EQ(budget.taken(), 0U);
}

TEST(ByteBudget, ManyThreadsNeverTakeTooMuch) {
  ByteBudget budget(1'000);
  std::atomic<std::uint64_t> most{0};
  const auto work = [&] {
    for (int i = 0; i < 20'000; ++i) {
      const auto lease = budget.take(300);
      const std::uint64_t taken = budget.taken();
      if (taken > most.load()) {
        most = taken;
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back(work);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_LE(most.load(), 1'000U);
  EXPECT_EQ(budget.taken(), 0U);
}

}  // namespace
}  // namespace rakkan::async
