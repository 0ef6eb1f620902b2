// Work that waits for an entry: it runs when the entry is durable, else not at all, and its caller hears of both.
#include "service/after_entry.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "support/fake_clock.hpp"
#include "support/fake_trail.hpp"
#include "support/memory_ledger.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::service {
namespace {

using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;
using Time = std::chrono::steady_clock::time_point;

audit::Submission entry(std::string event) {
  audit::Submission submission;
  submission.event = std::move(event);
  submission.body = "{}";
  return submission;
}

class AfterEntryTest : public ::testing::Test {
 protected:
  template <class Fn>
  auto run(Fn fn) {
    return async::block_on(run_after(trail_, entry("test.intent"), pool_, fn, async::deadline_in(test::kPatience), {}));
  }
  template <class Fn>
  auto around(Fn fn) {
    return async::block_on(
        record_around(trail_, entry("test.intent"), pool_, fn, async::deadline_in(test::kPatience), {}));
  }

  test::MemoryLedger ledger_;
  test::FakeClock clock_{Instant(std::chrono::seconds(1'000))};
  test::FakeTrail trail_{ledger_, clock_};
  async::BoundedPool pool_{{"work", 1, 4}};
};

TEST_F(AfterEntryTest, RunsWhenTheEntryIsDurable) {
  const Time before = std::chrono::steady_clock::now();
  const auto done = run([&](Time since, const audit::Receipt& receipt) -> Result<std::string> {
    EXPECT_GE(since, before);
    EXPECT_THAT(trail_.events(), ElementsAre("test.intent"));
    return "index " + std::to_string(receipt.index);
  });
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->receipt.index, 0U);
  EXPECT_EQ(done->result.value_or(""), "index 0");
}

TEST_F(AfterEntryTest, DoesNotRunWithoutTheEntry) {
  trail_.fail_at("test.intent");
  bool ran = false;
  const auto work = [&](Time, const audit::Receipt&) -> Result<int> { return ran = true; };
  EXPECT_THAT(run(work), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_FALSE(ran);
}

TEST_F(AfterEntryTest, AnErrorOfTheWorkLeavesTheEntrysReceipt) {
  const auto done =
      run([](Time, const audit::Receipt&) -> Result<int> { return fail(ErrorCode::hsm_device_gone, "unplugged"); });
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->result, FailsWith(ErrorCode::hsm_device_gone));
}

TEST_F(AfterEntryTest, AnExceptionOfTheWorkIsInternalAndLeavesTheReceipt) {
  const auto throws = [](Time, const audit::Receipt&) -> Result<int> { throw std::runtime_error("no memory"); };
  const auto done = run(throws);
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->result, FailsWith(ErrorCode::internal));
}

TEST_F(AfterEntryTest, APoolThatEndsIsTheWorksError) {
  pool_.stop();
  const auto done = run([](Time, const audit::Receipt&) -> Result<int> { return 1; });
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->result, FailsWith(ErrorCode::shutting_down));
  EXPECT_THAT(trail_.events(), ElementsAre("test.intent"));
}

TEST_F(AfterEntryTest, WhatTheWorkMakesIsRecordedInTurn) {
  const auto done = around([](Time, const audit::Receipt&) -> Result<audit::Submission> { return entry("test.made"); });
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->receipt.index, 0U);
  ASSERT_THAT(done->result, IsOk());
  EXPECT_EQ(done->result->index, 1U);
  EXPECT_THAT(trail_.events(), ElementsAre("test.intent", "test.made"));
}

TEST_F(AfterEntryTest, NothingIsRecordedInTurnWhenTheWorkFails) {
  const auto done = around([](Time, const audit::Receipt&) -> Result<audit::Submission> {
    return fail(ErrorCode::self_check_failed, "flipped");
  });
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->result, FailsWith(ErrorCode::self_check_failed));
  EXPECT_THAT(trail_.events(), ElementsAre("test.intent"));
}

TEST_F(AfterEntryTest, TheSecondEntrysErrorIsTheInnerOne) {
  trail_.fail_at("test.made");
  const auto done = around([](Time, const audit::Receipt&) -> Result<audit::Submission> { return entry("test.made"); });
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->result, FailsWith(ErrorCode::audit_unavailable));
}

}  // namespace
}  // namespace rakkan::service
