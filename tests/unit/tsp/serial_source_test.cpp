#include "rakkan/tsp/serial_source.hpp"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "rakkan/base/hex.hpp"
#include "support/fake_clock.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::tsp {
namespace {

using test::FailsWith;

TEST(EpochSerialSource, IsAPositiveIntegerOfAtMost20Octets) {
  test::StuckRandom random(0xFF);
  const auto serials = make_epoch_serial_source(0x1122334455667788, random);
  ASSERT_OK_AND_ASSIGN(const Bytes first, serials->next());
  ASSERT_OK_AND_ASSIGN(const Bytes second, serials->next());
  EXPECT_EQ(to_hex(first), "011122334455667788000000000000ffffffffff");
  EXPECT_EQ(to_hex(second), "011122334455667788000000000001ffffffffff");
}

TEST(EpochSerialSource, NeverRepeatsWithStuckRandomness) {
  test::StuckRandom random;
  std::set<Bytes> seen;
  for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {  // four restarts
    const auto serials = make_epoch_serial_source(epoch, random);
    for (int i = 0; i < 1000; ++i) {
      seen.insert(*serials->next());
    }
  }
  EXPECT_EQ(seen.size(), 4000U);
}

TEST(EpochSerialSource, NeverRepeatsBetweenThreads) {
  test::StuckRandom random;
  const auto serials = make_epoch_serial_source(7, random);
  std::array<std::vector<Bytes>, 4> made;
  {
    std::vector<std::jthread> threads;
    for (std::vector<Bytes>& mine : made) {
      threads.emplace_back([&serials, &mine] {
        for (int i = 0; i < 1000; ++i) {
          mine.push_back(*serials->next());
        }
      });
    }
  }
  std::set<Bytes> seen;
  for (const std::vector<Bytes>& mine : made) {
    seen.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(seen.size(), 4000U);
}

TEST(EpochSerialSource, FailsWhenTheEpochIsUsedUpAndStaysSo) {
  test::StuckRandom random;
  const auto serials = make_epoch_serial_source(7, random, kSerialsPerEpoch - 1);
  EXPECT_THAT(serials->next(), test::IsOk());
  EXPECT_THAT(serials->next(), FailsWith(ErrorCode::serial_unavailable));
  EXPECT_THAT(serials->next(), FailsWith(ErrorCode::serial_unavailable));
}

TEST(EpochSerialSource, FailsWithoutRandomness) {
  test::StuckRandom random;
  random.broken = true;
  EXPECT_THAT(make_epoch_serial_source(7, random)->next(), FailsWith(ErrorCode::serial_unavailable));
}

}  // namespace
}  // namespace rakkan::tsp
