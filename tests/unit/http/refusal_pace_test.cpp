#include "http/refusal_pace.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;

constexpr RefusalPace::Time kStart{1h};
constexpr auto kTurn = RefusalPace::kStays;
constexpr auto kAsked = 500ms;
// As many are told at once.
constexpr auto kFree = RefusalPace::kBurst / kTurn;
const async::Owner kOne = async::Owner::of("one");
const async::Owner kOther = async::Owner::of("other");

TEST(RefusalPace, BelowThePaceNobodyWaits) {
  RefusalPace pace;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(pace.take(kStart + i * kTurn, kTurn, kAsked, kOne), 0ns) << i;
  }
}

TEST(RefusalPace, BeyondItEachHasItsTurn) {
  RefusalPace pace;
  for (int i = 0; i < kFree; ++i) {
    EXPECT_EQ(pace.take(kStart, kTurn, kAsked, kOne), 0ns) << i;
  }
  for (int i = 1; i <= 500; ++i) {
    EXPECT_EQ(pace.take(kStart, kTurn, kAsked, kOne), i * kTurn) << i;
  }
  EXPECT_EQ(pace.take(kStart + 2s, kTurn, kAsked, kOne), 0ns) << "after a calm nobody waits";
}

TEST(RefusalPace, AConnectionThatEndsCountsForWhatANewOneCosts) {
  RefusalPace pace;
  int at_once = 0;
  while (pace.take(kStart, RefusalPace::kEnds, kAsked, kOne) == 0ns) {
    ++at_once;
  }
  EXPECT_EQ(at_once, RefusalPace::kBurst / RefusalPace::kEnds);
}

TEST(RefusalPace, NobodyWaitsLongerThanItWasAskedTo) {
  RefusalPace pace;
  std::set<RefusalPace::Duration> waits;
  for (int i = 0; i < 100'000; ++i) {
    const auto wait = pace.take(kStart, kTurn, kAsked, kOne);
    ASSERT_LE(wait, kAsked);
    if (i > 50'000) {
      ASSERT_GE(wait, kAsked * 3 / 4);
      waits.insert(wait);
    }
  }
  EXPECT_GT(waits.size(), 100U) << "not all at the same time";
  EXPECT_EQ(pace.take(kStart, kTurn, 0ms, kOne), 0ns);
  EXPECT_LE(pace.take(kStart, kTurn, 24h, kOne), RefusalPace::kLongest);
  EXPECT_EQ(pace.take(kStart + RefusalPace::kLongest + 2 * kTurn, kTurn, kAsked, kOne), 0ns) << "the rest is forgotten";
}

TEST(RefusalPace, AnOwnerWhoIsRarelyRefusedDoesNotWaitForTheOthers) {
  RefusalPace pace;
  for (int i = 0; i < 50'000; ++i) {
    static_cast<void>(pace.take(kStart, kTurn, kAsked, kOne));
  }
  ASSERT_GT(pace.take(kStart, kTurn, kAsked, kOne), 0ns);
  for (int i = 0; i < kFree / RefusalPace::kParts; ++i) {
    EXPECT_EQ(pace.take(kStart, kTurn, kAsked, kOther), 0ns) << i;
  }
  EXPECT_GT(pace.take(kStart, kTurn, kAsked, kOther), 0ns) << "beyond its part it does";
}

TEST(RefusalPace, OwnersWhoseTurnIsOverAreForgotten) {
  RefusalPace pace;
  for (int i = 0; i < 10'000; ++i) {
    const auto owner = async::Owner::of(std::to_string(i));
    EXPECT_EQ(pace.take(kStart + i * 10ms, kTurn, kAsked, owner), 0ns);
  }
  EXPECT_LE(pace.owners(), 1'024U);
}

}  // namespace
}  // namespace rakkan::http
