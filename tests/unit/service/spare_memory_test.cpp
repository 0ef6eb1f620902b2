#include "service/spare_memory.hpp"

#include <gtest/gtest.h>

namespace rakkan::service {
namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;

class ASpareMemory : public ::testing::Test {
 protected:
  // One round: so much is in memory.
  void look(std::uint64_t mebibytes) {
    resident_ = mebibytes * kMiB;
    memory_.look();
  }
  std::uint64_t resident_ = 0;
  std::uint64_t in_use_ = 100 * kMiB;
  int trims_ = 0;
  SpareMemory memory_{[this] { return resident_; },
                      [this] {
                        ++trims_;
                        resident_ = in_use_;
                      }};
};

TEST_F(ASpareMemory, IsGivenBackOnceTheProgramHasStoppedGrowing) {
  look(100);
  look(400);
  look(900);
  EXPECT_EQ(trims_, 0);
  look(900);
  EXPECT_EQ(trims_, 1);
  look(100);
  look(100);
  EXPECT_EQ(trims_, 1);
}

TEST_F(ASpareMemory, WhatIsInUseIsNotAskedForAgainAndAgain) {
  look(100);
  look(900);
  in_use_ = 800 * kMiB;
  for (int i = 0; i < 10; ++i) {
    look(800);
  }
  EXPECT_EQ(trims_, 1);
  in_use_ = 100 * kMiB;
  look(870);
  look(870);
  EXPECT_EQ(trims_, 2);
}

TEST_F(ASpareMemory, ALittleIsLeftWhereItIs) {
  look(100);
  look(163);
  look(163);
  EXPECT_EQ(trims_, 0);
}

TEST_F(ASpareMemory, NothingIsKnownNothingIsDone) {
  look(0);
  look(0);
  EXPECT_EQ(trims_, 0);
}

}  // namespace
}  // namespace rakkan::service
