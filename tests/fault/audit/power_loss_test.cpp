// Trail and store on one disk that loses power, or fails one write or sync, at every operation there is.
#include <gmock/gmock.h>

#include <set>

#include "support/power_loss_file_system.hpp"
#include "support/trail_fixture.hpp"

namespace rakkan::audit {
namespace {

using test::FailsWith;
using test::IsOk;
using test::PowerLossFileSystem;
using test::submission;
using test::TrailFixture;

// The things that somebody outside holds: entries acknowledged to him, checkpoints given to him.
struct Outside {
  std::set<std::string> acknowledged;  // bodies of records
  std::set<std::string> checkpoints;
  std::uint64_t next = 0;
};

class OnABadDisk : public ::testing::Test {
 protected:
  // The data folder exists before the first operation.
  OnABadDisk() : fixture_(disk_) {
    fixture_.on_sqlite = true;
    const std::filesystem::path folder = fixture_.temporary.path();
    EXPECT_THAT(disk_.make_folder(folder), IsOk());
    for (auto above = folder.parent_path(); above != above.parent_path(); above = above.parent_path()) {
      EXPECT_THAT(disk_.sync_folder(above), IsOk());
    }
    EXPECT_THAT(disk_.sync_folder("/"), IsOk());
  }

  // Records until something fails: groups of several sizes, with checkpoints between, over the end of a tile. Stops
  // at the first failure.
  void work() {
    if (!fixture_.open()) {
      return;
    }
    for (const std::size_t group : {3U, 251U, 1U, 1U, 5U}) {
      std::vector<std::future<Result<Receipt>>> answers;
      std::vector<std::string> bodies;
      for (std::size_t i = 0; i < group; ++i) {
        bodies.push_back("{\"n\":" + std::to_string(outside_.next++) + "}");
        auto promise = std::make_shared<std::promise<Result<Receipt>>>();
        answers.push_back(promise->get_future());
        const Journal journal = i % 2 == 0 ? Journal::trail : Journal::tokens;
        fixture_.trail->record(submission(bodies.back(), journal),
                               [promise](Result<Receipt> result) { promise->set_value(std::move(result)); });
      }
      for (std::size_t i = 0; i < group; ++i) {
        ASSERT_TRUE(test::comes(answers[i])) << "an entry is never answered";
        if (const Result<Receipt> receipt = answers[i].get(); receipt) {
          outside_.acknowledged.insert(bodies[i]);
        }
      }
      const Result<void> covered = fixture_.wait_for_checkpoint(fixture_.trail->size(Journal::trail) - 1);
      keep_checkpoint();
      if (!covered || !fixture_.trail->healthy()) {
        break;
      }
    }
    keep_checkpoint();
    fixture_.trail->stop();
    keep_checkpoint();
  }

  void keep_checkpoint() {
    if (std::string note = fixture_.trail->checkpoint(Journal::trail); !note.empty()) {
      outside_.checkpoints.insert(std::move(note));
    }
  }

  // After the restart: everything acknowledged is in the log with its record, indexes have no gap, the log continues
  // every checkpoint, and it goes on.
  void expect_nothing_lost(const std::string& when) {
    ASSERT_THAT(fixture_.open(), IsOk()) << when;
    ASSERT_THAT(fixture_.trail->record_and_wait(submission("{\"n\":-1}")), IsOk()) << when;
    ASSERT_THAT(fixture_.trail->record_and_wait(submission("{\"n\":-2}", Journal::tokens)), IsOk()) << when;
    fixture_.trail->stop();
    std::set<std::string> found;
    Verification verification;
    verification.record = [&](std::uint64_t index) -> Result<std::optional<Record>> {
      RAKKAN_TRY(store::RecordRow row, fixture_.store->record(index));
      found.insert(row.body);
      return Record{row.salt, row.body};
    };
    ASSERT_OK_AND_ASSIGN(const VerifiedLog log, verify_log(fixture_.log(), fixture_.verifier(), verification));
    EXPECT_EQ(log.records, log.checkpoint.tree.size) << when;
    ASSERT_OK_AND_ASSIGN(const VerifiedLog tokens,
                         verify_log(fixture_.log(Journal::tokens), fixture_.verifier(Journal::tokens)));
    for (std::uint64_t i = 0; i < tokens.checkpoint.tree.size; ++i) {
      ASSERT_OK_AND_ASSIGN(const std::string line, read_entry(fixture_.log(Journal::tokens), i));
      ASSERT_OK_AND_ASSIGN(const Entry entry, Entry::parse(bytes_of(line)));
      found.insert(*entry.body());
    }
    for (const std::string& body : outside_.acknowledged) {
      ASSERT_TRUE(found.contains(body)) << body << " was acknowledged and is lost " << when;
    }
    for (const std::string& note : outside_.checkpoints) {
      ASSERT_THAT(verify_log(fixture_.log(), fixture_.verifier(), {note, {}}), IsOk()) << when;
    }
  }

  PowerLossFileSystem disk_;
  TrailFixture fixture_;
  Outside outside_;
};

struct Fresh : OnABadDisk {
  void TestBody() override {}
  using OnABadDisk::disk_;
  using OnABadDisk::expect_nothing_lost;
  using OnABadDisk::fixture_;
  using OnABadDisk::outside_;
  using OnABadDisk::work;
};

// The operations of the work when nothing fails: the first, and the one behind the last.
std::pair<std::uint64_t, std::uint64_t> operations() {
  Fresh run;
  const std::uint64_t before = run.disk_.operations();
  run.work();
  return {before + 1, run.disk_.operations() + 1};
}

TEST(TrailOnABadDisk, LosesNothingWhenThePowerGoesAtAnyOperation) {
  const auto [first, end] = operations();
  ASSERT_GT(end, first + 40);
  for (std::uint64_t operation = first; operation < end; ++operation) {
    for (const std::uint64_t seed : {operation % 2, 2 + operation}) {
      Fresh run;
      run.disk_.cut_power_at(operation);
      run.work();
      run.fixture_.close();
      run.disk_.lose_power(seed);
      run.expect_nothing_lost("power cut at " + std::to_string(operation) + ", seed " + std::to_string(seed) + "\n" +
                              run.disk_.history());
      if (testing::Test::HasFatalFailure()) {
        return;
      }
    }
  }
}

TEST(TrailOnABadDisk, StopsAtAFailedOperationAndLosesNothing) {
  const auto [first, end] = operations();
  for (std::uint64_t operation = first; operation < end; ++operation) {
    for (const auto fault : {PowerLossFileSystem::Fault::refused, PowerLossFileSystem::Fault::half_done}) {
      const std::string when = "failure at " + std::to_string(operation);
      Fresh run;
      run.disk_.fail_at(operation, fault);
      run.work();
      if (run.fixture_.trail && run.disk_.operations() >= operation) {
        EXPECT_FALSE(run.fixture_.trail->healthy()) << when << "\n" << run.disk_.history();
        EXPECT_THAT(run.fixture_.trail->record_and_wait(submission()), FailsWith(ErrorCode::audit_unavailable));
      }
      run.fixture_.close();
      run.disk_.fail_at(0);
      run.expect_nothing_lost(when + "\n" + run.disk_.history());
      if (testing::Test::HasFatalFailure()) {
        return;
      }
    }
  }
}

}  // namespace
}  // namespace rakkan::audit
