// The store on a disk that fails or loses power at every one of its operations.
#include <vector>

#include "store_workload.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::test {
namespace {

using Fault = PowerLossFileSystem::Fault;

struct Size {
  int batches;
  std::size_t tail;
  std::uint64_t step;  // between the operations that are tried
};
constexpr Size kSmall{14, 6'000, 1};
constexpr Size kLarge{2, 1'800'000, 5};  // the page cache spills within a commit

std::uint64_t operations_of(const Size& size) {
  PowerLossFileSystem disk;
  StoreWorkload workload(disk, size.batches, size.tail);
  workload.run();
  EXPECT_TRUE(workload.all_acknowledged());
  const std::uint64_t operations = disk.operations();
  workload.check();
  return operations;
}

constexpr std::uint64_t kNoPowerLoss = 1'000;

// Runs with the fault at every operation; afterwards power is lost, or not.
void expect_recovery_from_a_failure(const Size& size, Fault fault, const std::vector<std::uint64_t>& seeds) {
  const std::uint64_t operations = operations_of(size);
  ASSERT_GT(operations, 20U);
  for (std::uint64_t operation = 1; operation <= operations; operation += size.step) {
    for (const std::uint64_t seed : seeds) {
      SCOPED_TRACE("operation " + std::to_string(operation) + ", seed " + std::to_string(seed));
      PowerLossFileSystem disk;
      disk.fail_at(operation, fault);
      StoreWorkload workload(disk, size.batches, size.tail);
      workload.run();
      if (seed != kNoPowerLoss) {
        disk.lose_power(seed);
      }
      workload.check();
      if (::testing::Test::HasFailure()) {
        return;
      }
    }
  }
}

void expect_recovery_from_power_loss(const Size& size, const std::vector<std::uint64_t>& seeds) {
  const std::uint64_t operations = operations_of(size);
  for (std::uint64_t operation = 1; operation <= operations; operation += size.step) {
    for (const std::uint64_t seed : seeds) {
      SCOPED_TRACE("operation " + std::to_string(operation) + ", seed " + std::to_string(seed));
      PowerLossFileSystem disk;
      disk.cut_power_at(operation);
      StoreWorkload workload(disk, size.batches, size.tail);
      workload.run();
      disk.lose_power(seed);
      workload.check();
      if (::testing::Test::HasFailure()) {
        return;
      }
    }
  }
}

TEST(StoreFaults, RefusedOperationIsNeverAcknowledgedAndStopsAllLaterOnes) {
  expect_recovery_from_a_failure(kSmall, Fault::refused, {kNoPowerLoss, 0, 1, 2, 3, 6, 7});
}

TEST(StoreFaults, HalfWrittenIsNeverAcknowledgedAndStopsAllLaterOnes) {
  expect_recovery_from_a_failure(kSmall, Fault::half_done, {kNoPowerLoss, 0, 1, 2, 3});
}

TEST(StoreFaults, RefusedOperationOfLargeCommits) { expect_recovery_from_a_failure(kLarge, Fault::refused, {0}); }

TEST(StoreFaults, NothingAcknowledgedIsLostWithThePower) {
  expect_recovery_from_power_loss(kSmall, {0, 1, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19});
}

TEST(StoreFaults, NothingAcknowledgedOfLargeCommitsIsLostWithThePower) {
  expect_recovery_from_power_loss(kLarge, {0, 2});
}

}  // namespace
}  // namespace rakkan::test
