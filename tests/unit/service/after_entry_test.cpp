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
  test::MemoryLedger ledger_;
  test::FakeClock clock_{Instant(std::chrono::seconds(1'000))};
  test::FakeTrail trail_{ledger_, clock_};
  async::BoundedPool pool_{{"work", 1, 4}};
};

TEST_F(AfterEntryTest, RunsWhenTheEntryIsDurable) {
  const Time before = std::chrono::steady_clock::now();
  const auto done = run([&](Time since) -> Result<std::string> {
    EXPECT_GE(since, before);
    EXPECT_THAT(trail_.events(), ElementsAre("test.intent"));
    return std::string("done");
  });
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->receipt.index, 0U);
  EXPECT_EQ(done->result.value_or(""), "done");
}

TEST_F(AfterEntryTest, DoesNotRunWithoutTheEntry) {
  trail_.fail_at("test.intent");
  bool ran = false;
  const auto work = [&](Time) -> Result<int> { return ran = true; };
  EXPECT_THAT(run(work), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_FALSE(ran);
}

TEST_F(AfterEntryTest, AnErrorOfTheWorkLeavesTheEntrysReceipt) {
  const auto done = run([](Time) -> Result<int> { return fail(ErrorCode::hsm_device_gone, "unplugged"); });
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->result, FailsWith(ErrorCode::hsm_device_gone));
}

TEST_F(AfterEntryTest, AnExceptionOfTheWorkIsInternalAndLeavesTheReceipt) {
  const auto throws = [](Time) -> Result<int> { throw std::runtime_error("no memory"); };
  const auto done = run(throws);
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->result, FailsWith(ErrorCode::internal));
}

TEST_F(AfterEntryTest, APoolThatEndsIsTheWorksError) {
  pool_.stop();
  const auto done = run([](Time) -> Result<int> { return 1; });
  ASSERT_THAT(done, IsOk());
  EXPECT_THAT(done->result, FailsWith(ErrorCode::shutting_down));
  EXPECT_THAT(trail_.events(), ElementsAre("test.intent"));
}

}  // namespace
}  // namespace rakkan::service
