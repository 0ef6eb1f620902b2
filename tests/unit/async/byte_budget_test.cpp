#include "rakkan/async/byte_budget.hpp"

#include <thread>
#include <vector>

#include "support/result_matchers.hpp"

namespace rakkan::async {
namespace {

using test::FailsWith;
using test::IsOk;
using Size = ByteBudget::Size;

TEST(ByteBudget, RefusesWhatDoesNotFitAndTakesItBack) {
  ByteBudget budget({100, 0, 100});
  ByteBudget::Lease first = budget.open(budget.account("a"), Size::large);
  ASSERT_THAT(first.grow(60), IsOk());
  ByteBudget::Lease second = budget.open(budget.account("b"), Size::large);
  const auto refused = second.grow(41);
  ASSERT_THAT(refused, FailsWith(ErrorCode::overloaded));
  EXPECT_TRUE(refused.error().retry_after.has_value());
  EXPECT_THAT(second.grow(101), FailsWith(ErrorCode::input_too_large));
  ASSERT_THAT(first.grow(40), IsOk());
  EXPECT_THAT(first.grow(1), FailsWith(ErrorCode::input_too_large));
  EXPECT_EQ(first.bytes(), 100U);
  ByteBudget::Lease moved = std::move(first);
  EXPECT_EQ(budget.taken(), 100U);
  moved = ByteBudget::Lease();
  EXPECT_EQ(budget.taken(), 0U);
  EXPECT_THAT(second.grow(100), IsOk()) << "what was refused left nothing behind";
}

TEST(ByteBudget, OneAccountHasAtMostItsShareAndTheNextFindsRoom) {
  ByteBudget budget({1'200, 0, 50});
  std::vector<ByteBudget::Lease> leases;
  // The bytes that the account gets, ten at a time, until it gets no more.
  const auto all_that_it_gets = [&](std::string_view name) {
    std::uint64_t got = 0;
    ByteBudget::Lease& lease = leases.emplace_back(budget.open(budget.account(name), Size::large));
    while (lease.grow(10)) {
      got += 10;
    }
    return got;
  };
  EXPECT_EQ(all_that_it_gets("a"), 600U);
  EXPECT_EQ(all_that_it_gets("a"), 0U) << "another request of the same caller";
  EXPECT_EQ(all_that_it_gets("b"), 300U);
  EXPECT_EQ(all_that_it_gets("c"), 150U);
  leases.clear();
  EXPECT_EQ(budget.taken(), 0U);
  EXPECT_EQ(all_that_it_gets("b"), 600U);
}

TEST(ByteBudget, SmallTakesHaveRoomOfTheirOwn) {
  ByteBudget budget({1'000, 200, 100});
  ByteBudget::Lease large = budget.open(budget.account("a"), Size::large);
  EXPECT_EQ(budget.most(Size::large), 800U);
  ASSERT_THAT(large.grow(800), IsOk());
  EXPECT_THAT(budget.open(budget.account("b"), Size::large).grow(1), FailsWith(ErrorCode::overloaded));
  ByteBudget::Lease small = budget.open(budget.account("a"), Size::small);
  EXPECT_THAT(small.grow(150), IsOk());
  EXPECT_THAT(budget.open(budget.account("b"), Size::small).grow(50), IsOk());
  EXPECT_THAT(budget.open(budget.account("b"), Size::small).grow(51), FailsWith(ErrorCode::overloaded));
}

TEST(ByteBudget, ItsOwnUploadsDoNotStandInTheWayOfACallersSmallTakes) {
  ByteBudget budget({1'000, 200, 50});
  ByteBudget::Lease large = budget.open(budget.account("a"), Size::large);
  ASSERT_THAT(large.grow(400), IsOk());
  ByteBudget::Lease more = budget.open(budget.account("a"), Size::large);
  EXPECT_THAT(more.grow(1), FailsWith(ErrorCode::overloaded));
  EXPECT_THAT(budget.open(budget.account("a"), Size::small).grow(100), IsOk());
}

TEST(ByteBudget, ManyThreadsNeverTakeTooMuch) {
  ByteBudget budget({1'000, 0, 100});
  std::atomic<std::uint64_t> most{0};
  const auto work = [&] {
    ByteBudget::Account& account = budget.account("a");
    for (int i = 0; i < 20'000; ++i) {
      ByteBudget::Lease lease = budget.open(account, Size::large);
      static_cast<void>(lease.grow(300));
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
  EXPECT_THAT(budget.open(budget.account("a"), Size::large).grow(1'000), IsOk());
}

}  // namespace
}  // namespace rakkan::async
