// A machine that is short of descriptors or memory for a while: the trail waits, says so, and goes on.
#include <gmock/gmock.h>

#include <chrono>
#include <future>

#include "rakkan/audit/verify.hpp"
#include "support/short_file_system.hpp"
#include "support/trail_fixture.hpp"

namespace rakkan::audit {
namespace {

using test::eventually;
using test::FailsWith;
using test::IsOk;
using test::ShortFileSystem;
using test::submission;
using test::TrailFixture;
using ::testing::HasSubstr;

class AShortage : public ::testing::Test {
 protected:
  Trail& trail() { return *fixture_.trail; }
  void expect_a_whole_log(std::uint64_t size) {
    ASSERT_THAT(fixture_.wait_for_checkpoint(size - 1), IsOk());
    ASSERT_OK_AND_ASSIGN(const VerifiedLog log, verify_log(fixture_.log(), fixture_.verifier()));
    EXPECT_EQ(log.checkpoint.tree.size, size);
  }

  ShortFileSystem files_;
  TrailFixture fixture_{files_};
};

TEST_F(AShortage, OfDescriptorsDelaysCheckpointsAndStopsNothing) {
  ASSERT_THAT(fixture_.open(), IsOk());
  ASSERT_THAT(fixture_.record(3), IsOk());
  ASSERT_THAT(fixture_.wait_for_checkpoint(2), IsOk());
  files_.exhausted = true;
  ASSERT_THAT(fixture_.record(300), IsOk()) << "entries need no descriptor";
  ASSERT_TRUE(eventually([&] { return trail().shortage().has_value(); })) << "the shortage is not seen";
  EXPECT_EQ(trail().shortage()->code, ErrorCode::resource_shortage);
  EXPECT_TRUE(eventually([&] { return !trail().load().last_checkpoint_error.empty(); }));
  EXPECT_THAT(trail().load().last_checkpoint_error, HasSubstr("too many open files"));
  EXPECT_TRUE(trail().healthy());
  EXPECT_THAT(trail().ready(), IsOk());
  EXPECT_THAT(fixture_.record(1), IsOk());
  files_.exhausted = false;
  expect_a_whole_log(304);
  EXPECT_EQ(trail().shortage(), std::nullopt) << "green again by itself";
  EXPECT_EQ(trail().load().last_checkpoint_error, "");
}

TEST_F(AShortage, AtAnyCallLosesNothing) {
  // Groups that are committed and brought out together, over the end of a tile.
  const auto work = [](TrailFixture& fixture) {
    for (const std::size_t group : {3U, 251U, 3U, 300U}) {
      std::vector<std::future<Result<Receipt>>> answers;
      for (std::size_t i = 0; i < group; ++i) {
        auto promise = std::make_shared<std::promise<Result<Receipt>>>();
        answers.push_back(promise->get_future());
        fixture.trail->record(submission(),
                              [promise](Result<Receipt> result) { promise->set_value(std::move(result)); });
      }
      for (auto& answer : answers) {
        ASSERT_THAT(answer.get(), IsOk());
      }
      ASSERT_THAT(fixture.wait_for_checkpoint(fixture.trail->size(Journal::trail) - 1), IsOk());
    }
  };
  ASSERT_THAT(fixture_.open(), IsOk());
  const std::uint64_t first = files_.calls() + 1;
  work(fixture_);
  const std::uint64_t end = files_.calls() + 1;
  ASSERT_GT(end, first + 20);
  const std::uint64_t step = 1 + (end - first) / 40;  // how many checkpoints there are is the machine's affair
  for (std::uint64_t call = first; call < end; call += step) {
    SCOPED_TRACE("call " + std::to_string(call));
    ShortFileSystem files;
    TrailFixture fixture(files);
    ASSERT_THAT(fixture.open(), IsOk());
    files.refuse(call, 1 + call % 5);
    work(fixture);
    if (HasFatalFailure()) {
      return;
    }
    EXPECT_TRUE(fixture.trail->healthy());
    files.refuse(0, 0);
    ASSERT_OK_AND_ASSIGN(const VerifiedLog log, verify_log(fixture.log(), fixture.verifier()));
    EXPECT_EQ(log.checkpoint.tree.size, 557U);
    ASSERT_THAT(fixture.open(), IsOk()) << "and after a restart";
  }
}

TEST_F(AShortage, OfACommitIsWaitedOut) {
  ASSERT_THAT(fixture_.open(), IsOk());
  std::atomic<int> refusals = 3;
  fixture_.ledger.refuse = [&](const store::RowChange&) -> Result<void> {
    return refusals-- > 0 ? Result<void>(fail(ErrorCode::resource_shortage, "no memory")) : Result<void>();
  };
  Submission change = submission();
  change.changes = {store::CredentialDisabling{CredentialId("x")}};
  ASSERT_OK_AND_ASSIGN(const Receipt receipt, trail().record_and_wait(std::move(change)));
  EXPECT_EQ(receipt.index, 0U);
  EXPECT_LT(refusals, 0);
  EXPECT_EQ(trail().shortage(), std::nullopt);
  EXPECT_THAT(trail().record_and_wait(submission()), IsOk());
  expect_a_whole_log(2);
}

TEST_F(AShortage, OfACommitThatLastsIsToldToItsCallersAndLatchesNothing) {
  ASSERT_THAT(fixture_.open(), IsOk());
  std::atomic<bool> shortage = true;
  fixture_.ledger.refuse = [&](const store::RowChange&) -> Result<void> {
    return shortage ? Result<void>(fail(ErrorCode::resource_shortage, "no memory")) : Result<void>();
  };
  const auto change = [] {
    Submission made = submission();
    made.changes = {store::CredentialDisabling{CredentialId("x")}};
    return made;
  };
  EXPECT_THAT(trail().record_and_wait(change()), FailsWith(ErrorCode::resource_shortage));
  EXPECT_TRUE(trail().healthy());
  EXPECT_TRUE(trail().shortage().has_value());
  shortage = false;
  EXPECT_THAT(trail().record_and_wait(change()), IsOk());
  EXPECT_EQ(trail().shortage(), std::nullopt);
  expect_a_whole_log(1);
}

// The same shortage in the store.
TEST_F(AShortage, OfTheStoreAtAnyCallIsWaitedOut) {
  fixture_.on_sqlite = true;
  ASSERT_THAT(fixture_.open(), IsOk());
  for (std::uint64_t ahead = 1; ahead < 60; ++ahead) {
    SCOPED_TRACE("call " + std::to_string(ahead) + " ahead");
    files_.refuse(files_.calls() + ahead, 1 + ahead % 3);
    ASSERT_THAT(fixture_.record(2), IsOk());
    ASSERT_TRUE(trail().healthy());
  }
  const std::uint64_t size = trail().size(Journal::trail);
  EXPECT_EQ(size, 118U);
  files_.refuse(0, 0);
  ASSERT_THAT(fixture_.open(), IsOk());
  for (std::uint64_t index = 0; index < size; ++index) {
    EXPECT_THAT(fixture_.store->record(index), IsOk());
  }
  expect_a_whole_log(size);
}

}  // namespace
}  // namespace rakkan::audit
