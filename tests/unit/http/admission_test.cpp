#include "http/admission.hpp"

#include <gmock/gmock.h>

#include <deque>
#include <optional>

#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::IsOk;

class AnAdmission : public ::testing::Test {
 protected:
  // Admits `number` more requests.
  void work(std::size_t number) { work(number, kFlood); }
  void work(std::size_t number, async::Owner owner) {
    for (std::size_t i = 0; i < number; ++i) {
      work_.emplace_back(admission_, owner).begin();
    }
  }
  Result<void> ask(Admission::Duration standing, async::Owner owner = kFlood) {
    return admission_.ask(now_, standing, owner);
  }
  void finish(std::size_t number) {
    for (std::size_t i = 0; i < number; ++i) {
      work_.pop_front();
    }
  }
  // Asks once every millisecond of `time` and counts the refusals.
  std::size_t refused_during(std::chrono::milliseconds time, Admission::Duration standing) {
    std::size_t refused = 0;
    for (const auto end = now_ + time; now_ < end; now_ += 1ms) {
      refused += ask(standing) ? 0U : 1U;
    }
    return refused;
  }

  static inline const async::Owner kFlood = async::Owner::of("flood");
  static inline const async::Owner kOther = async::Owner::of("other");
  Admission admission_{10ms};
  Admission::Time now_{std::chrono::hours(1)};
  std::deque<Admission::Work> work_;
};

TEST_F(AnAdmission, TakesAllWhileWorkPasses) {
  work(1'000);
  EXPECT_EQ(refused_during(500ms, 9ms), 0U);
}

TEST_F(AnAdmission, TakesOnlyWhatPassesInTheTargetsTimeWhileWorkStands) {
  work(200);
  EXPECT_EQ(refused_during(20ms, 20ms), 0U);  // a request that waits 20 ms among 200 waits 10 among 100
  EXPECT_THAT(ask(20ms), FailsWith(ErrorCode::overloaded));
  EXPECT_EQ(admission_.limit(), 100U);
  finish(101);
  EXPECT_THAT(ask(9ms), IsOk());
}

TEST_F(AnAdmission, SaysWhenToComeAgain) {
  work(200);
  EXPECT_EQ(refused_during(20ms, 20ms), 0U);
  const auto refused = ask(20ms);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after, 500ms);
}

TEST_F(AnAdmission, NeverTakesLessThanKeepsThePoolsBusy) {
  work(Admission::kLeast - 1);
  EXPECT_EQ(refused_during(500ms, 1s), 0U);
  work(1);
  EXPECT_EQ(refused_during(500ms, 1s), 500U);
  EXPECT_EQ(admission_.limit(), Admission::kLeast);
}

TEST_F(AnAdmission, ABurstThatIsTooMuchIsNotWaitedFor) {
  work(200);
  EXPECT_THAT(ask(20ms), IsOk());
  EXPECT_THAT(ask(21ms), FailsWith(ErrorCode::overloaded));
}

TEST_F(AnAdmission, TakesMoreAgainWhenAllIsCalm) {
  work(Admission::kLeast);
  EXPECT_GT(refused_during(500ms, 100ms), 400U);
  EXPECT_EQ(admission_.limit(), Admission::kLeast);
  finish(10);
  EXPECT_EQ(refused_during(2s, 1ms), 0U);
  EXPECT_EQ(admission_.limit(), Admission::kMost);
}

TEST_F(AnAdmission, SearchesForTheLimitWhileItRefuses) {
  work(Admission::kLeast);
  EXPECT_GT(refused_during(100ms, 100ms), 0U);
  const std::size_t before = admission_.limit();
  for (const auto end = now_ + 100ms; now_ < end; now_ += 1ms) {
    while (ask(1ms)) {  // more could be done than is taken
      work(1);
    }
  }
  EXPECT_GT(admission_.limit(), before);
  EXPECT_LT(admission_.limit(), 2 * before);
}

TEST_F(AnAdmission, WhatWasLongAgoTeachesNothing) {
  work(200);
  EXPECT_EQ(refused_during(19ms, 20ms), 0U);
  now_ += 10s;
  EXPECT_THAT(ask(0ms), IsOk());
  EXPECT_EQ(admission_.limit(), Admission::kMost);
}

TEST_F(AnAdmission, RefusesWhoBringsTooMuchNotWhoComesBeside) {
  work(200);
  EXPECT_THAT(ask(1s), FailsWith(ErrorCode::overloaded));
  EXPECT_THAT(ask(1s, kOther), IsOk());
  work(Admission::kLeast / 2 - 1, kOther);
  EXPECT_THAT(ask(1s, kOther), IsOk());
  work(1, kOther);  // its half of the least
  EXPECT_THAT(ask(1s, kOther), FailsWith(ErrorCode::overloaded));
}

TEST_F(AnAdmission, TheLimitIsSharedByThoseWhoHaveSomethingAtWork) {
  work(100);
  for (int i = 0; i < 3; ++i) {
    work(10, async::Owner::of("tenant " + std::to_string(i)));
  }
  work(Admission::kLeast / 5 - 1, kOther);
  EXPECT_THAT(ask(1s, kOther), IsOk());
  work(1, kOther);
  EXPECT_THAT(ask(1s, kOther), FailsWith(ErrorCode::overloaded));
  EXPECT_THAT(ask(1s, async::Owner::of("tenant 0")), IsOk());
  finish(130);  // all but the other's
  EXPECT_THAT(ask(1s, kOther), IsOk());
}

TEST_F(AnAdmission, ForgetsWhoHasNothingHere) {
  for (int i = 0; i < 5'000; ++i) {
    const Admission::Work one(admission_, async::Owner::of("tenant " + std::to_string(i)));
  }
  work(200);
  for (int i = 0; i < 5'000; ++i) {
    const async::Owner owner = async::Owner::of("tenant " + std::to_string(i));
    Admission::Work one(admission_, owner);
    one.begin();
    EXPECT_EQ(admission_.at_work(owner), 1U);
  }
  EXPECT_EQ(admission_.at_work(kFlood), 200U);
  EXPECT_EQ(admission_.at_work(), 200U);
}

TEST_F(AnAdmission, WorkThatWasNotLetInDoesNotCount) {
  Admission::Work none;
  none.begin();
  EXPECT_EQ(admission_.at_work(), 0U);
}

TEST_F(AnAdmission, WithoutATargetTakesAll) {
  Admission open{0ms};
  EXPECT_THAT(open.ask(now_, 1h, kFlood), IsOk());
  EXPECT_THAT(open.ask(now_ + 1s, 1h, kFlood), IsOk());
}

TEST_F(AnAdmission, CountsARequestFromItsBeginToItsEnd) {
  std::optional<Admission::Work> upload(std::in_place, admission_, kFlood);
  EXPECT_EQ(admission_.at_work(), 0U);
  upload->begin();
  upload->begin();
  EXPECT_EQ(admission_.at_work(), 1U);
  upload.reset();
  EXPECT_EQ(admission_.at_work(), 0U);
}

TEST_F(AnAdmission, DoesNotCountWhatNeverCame) {
  std::optional<Admission::Work> upload(std::in_place, admission_, kFlood);
  upload.reset();
  EXPECT_EQ(admission_.at_work(), 0U);
}

}  // namespace
}  // namespace rakkan::http
