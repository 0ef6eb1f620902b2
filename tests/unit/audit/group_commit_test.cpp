// The moment at which a group is committed. Each test gives the pauses: an hour is a time that does not pass, so a
// group that is committed all the same has not waited.
#include "audit/group_commit.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <vector>

#include "support/gate.hpp"
#include "support/trail_fixture.hpp"

namespace rakkan::audit {
namespace {

using test::eventually;
using test::stays;

constexpr std::chrono::milliseconds kNever = std::chrono::hours{1};
constexpr std::chrono::milliseconds kSoon{1};
// The time during which a test watches that something is not done.
constexpr std::chrono::milliseconds kWhile{50};

class AGroup : public ::testing::Test {
 protected:
  void open(std::chrono::milliseconds window = kNever, std::chrono::milliseconds quiet = kNever) {
    fixture_.options.commit_window = window;
    fixture_.ledger.before_commit = [this, held = true]() mutable {
      if (std::exchange(held, false)) {
        gate_.pass();
      }
    };
    commits_ = std::make_unique<GroupCommit>(
        fixture_.options, fixture_.environment(), JournalSizes{}, health_, [](std::vector<store::LogChunk>) {}, quiet);
  }
  // Keeps a submission in its commit until let_go(); the submissions that come meanwhile are the group.
  void hold(Line of = {}) {
    record(std::move(of));
    gate_.wait_for_visitor();
  }
  void let_go() { gate_.open(); }

  Line line() { return commits_->begin_line(); }
  void record(Line of = {}) {
    Submission step = test::submission();
    step.line = std::move(of);
    commits_->record(std::move(step), [this](const Result<Receipt>& receipt) { ++(receipt ? recorded_ : refused_); });
  }
  [[nodiscard]] bool comes_to(int recorded) {
    return eventually([&] { return recorded_ == recorded; });
  }
  [[nodiscard]] bool stays_at(int recorded) {
    return comes_to(recorded) && stays([&] { return recorded_ == recorded; }, kWhile);
  }

  test::TrailFixture fixture_;
  test::Gate gate_;
  Health health_{[] {}};
  std::atomic<int> recorded_ = 0;
  std::atomic<int> refused_ = 0;
  std::unique_ptr<GroupCommit> commits_;
};

TEST_F(AGroup, IsCommittedAtOnceWhenEveryLineUnderWayWaitsInIt) {
  open();
  hold();
  Line one = line();
  Line other = line();
  record(one);
  record(other);
  let_go();
  EXPECT_TRUE(comes_to(3));
  EXPECT_EQ(fixture_.ledger.commits, 2);
}

TEST_F(AGroup, IsCommittedAtOnceWhenNobodyAnnouncedALine) {
  open();
  hold();
  record();
  let_go();
  EXPECT_TRUE(comes_to(2));
}

TEST_F(AGroup, WaitsWhileMoreLinesAreOnTheirWayThanWaitInIt) {
  open();
  hold();
  std::vector<Line> lines;
  for (int i = 0; i < 4; ++i) {
    lines.push_back(line());
  }
  record(lines[0]);
  let_go();
  EXPECT_TRUE(stays_at(1));
  record(lines[1]);
  EXPECT_TRUE(comes_to(3));
  EXPECT_EQ(fixture_.ledger.commits, 2) << "both in one";
}

TEST_F(AGroup, CountsEntriesWithoutALineAmongThoseThatWait) {
  open();
  hold();
  Line one = line();
  Line other = line();
  record();
  let_go();
  EXPECT_TRUE(stays_at(1));
  record();
  EXPECT_TRUE(comes_to(3));
}

TEST_F(AGroup, DoesNotWaitForALineThatEnds) {
  open();
  hold();
  Line one = line();
  Line other = line();
  Line another = line();
  record(one);
  let_go();
  EXPECT_TRUE(stays_at(1));
  other.end();
  EXPECT_TRUE(comes_to(2));
}

TEST_F(AGroup, DoesNotWaitForALineWhoseLastStepIsRecorded) {
  open();
  Line other = line();
  Line last = line();
  Line on_its_way = line();
  hold(std::move(last));
  record(other);
  let_go();
  EXPECT_TRUE(comes_to(2));
}

TEST_F(AGroup, WaitsForTheNextStepOfALineThatWasCommitted) {
  open();
  hold();
  Line one = line();
  Line other = line();
  record(one);
  record(other);
  let_go();
  ASSERT_TRUE(comes_to(3));
  test::Gate second;
  fixture_.ledger.before_commit = [&, held = true]() mutable {
    if (std::exchange(held, false)) {
      second.pass();
    }
  };
  record();  // is committed alone, since nothing else is going on
  second.wait_for_visitor();
  record();
  second.open();
  EXPECT_TRUE(stays_at(4)) << "both lines are on their way to their second step";
  record(std::move(one));
  EXPECT_TRUE(comes_to(6));
}

TEST_F(AGroup, DoesNotWaitForALineWhoseSubmissionWasRefused) {
  fixture_.options.waiting = 1;
  open();
  hold();
  Line on_its_way = line();
  record(line());
  record(line());
  EXPECT_EQ(refused_, 1);
  let_go();
  EXPECT_TRUE(comes_to(2));
}

TEST_F(AGroup, WaitsNoLongerThanTheWindow) {
  open(kSoon, kNever);
  hold();
  const Line on_its_way = line();
  const Line another = line();
  record();
  let_go();
  EXPECT_TRUE(comes_to(2));
}

TEST_F(AGroup, WaitsNoLongerThanSomebodyComes) {
  open(kNever, kSoon);
  hold();
  const Line on_its_way = line();
  const Line another = line();
  record();
  let_go();
  EXPECT_TRUE(comes_to(2));
}

TEST_F(AGroup, IsCommittedAtTheEndWhoeverIsOnItsWay) {
  open();
  hold();
  Line outlives = line();
  const Line another = line();
  record();
  let_go();
  commits_->stop();
  EXPECT_EQ(recorded_, 2);
  commits_.reset();
  outlives.end();
}

// Changes without an entry take their place in the queue and the commit of their group.
TEST_F(AGroup, TakesChangesThatHaveNoEntry) {
  open();
  hold();
  record();
  Submission changes;
  changes.changes.emplace_back(store::ActivationUse{Bytes{1}, "SHA-256:aa"});
  commits_->record(std::move(changes), [this](const Result<Receipt>& receipt) { ++(receipt ? recorded_ : refused_); });
  record();
  let_go();
  EXPECT_TRUE(comes_to(4));
  EXPECT_EQ(fixture_.ledger.commits, 2);
  EXPECT_EQ(commits_->size(Journal::trail), 3U);
  EXPECT_EQ(commits_->load().entries, 3U);
  Submission again;
  again.changes.emplace_back(store::ActivationUse{Bytes{1}, "SHA-256:aa"});
  commits_->record(std::move(again), [this](const Result<Receipt>& receipt) { ++(receipt ? recorded_ : refused_); });
  EXPECT_TRUE(eventually([&] { return refused_ == 1; })) << "a change that is not taken is its submitter's error";
  Submission body_alone;
  body_alone.body = "{}";
  commits_->record(std::move(body_alone),
                   [this](const Result<Receipt>& receipt) { ++(receipt ? recorded_ : refused_); });
  EXPECT_TRUE(eventually([&] { return refused_ == 2; }));
}

// The error of one such change halves the group; the entries around it keep their order and their records.
TEST_F(AGroup, GoesOnWithoutAChangeThatIsNotTaken) {
  fixture_.ledger.refuse = [](const store::RowChange& change) -> Result<void> {
    const auto* const fact = std::get_if<store::FactChange>(&change);
    return fact != nullptr && fact->name == "bad" ? fail(ErrorCode::already_exists, "taken") : Result<void>();
  };
  open();
  hold();
  record();
  for (const char* const name : {"good", "bad"}) {
    Submission changes;
    changes.changes.emplace_back(store::FactChange{name, "v"});
    commits_->record(std::move(changes),
                     [this](const Result<Receipt>& receipt) { ++(receipt ? recorded_ : refused_); });
    record();
  }
  let_go();
  EXPECT_TRUE(comes_to(5));
  EXPECT_EQ(refused_, 1);
  EXPECT_EQ(commits_->size(Journal::trail), 4U);
  for (std::uint64_t index = 0; index < 4; ++index) {
    EXPECT_TRUE(fixture_.ledger.record(index).has_value());
  }
}

}  // namespace
}  // namespace rakkan::audit
