#include "rakkan/audit/trail.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <thread>

#include "rakkan/audit/tiles.hpp"
#include "support/memory_tree.hpp"
#include "support/trail_fixture.hpp"
#include "unit/audit/files_of_a_writer.hpp"

namespace rakkan::audit {
namespace {

using test::comes;
using test::eventually;
using test::FailsWith;
using test::IsOk;
using test::stays;
using test::submission;
using test::TrailFixture;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ATrail : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(fixture_.open(), IsOk()); }
  Trail& trail() { return *fixture_.trail; }

  TrailFixture fixture_;
};

TEST_F(ATrail, NumbersEntriesAndKeepsTheirRecords) {
  ASSERT_OK_AND_ASSIGN(const Receipt first, trail().record_and_wait(submission(R"({"n":1})")));
  Submission second = submission(R"({"n":2})");
  second.subject = "yamada";
  store::SignatureRow signature;
  signature.id = SignatureId("sig_1");
  second.changes = {signature};
  ASSERT_OK_AND_ASSIGN(const Receipt receipt, trail().record_and_wait(std::move(second)));
  EXPECT_EQ(first.index, 0U);
  EXPECT_EQ(receipt.index, 1U);
  EXPECT_EQ(trail().size(Journal::trail), 2U);
  EXPECT_EQ(trail().size(Journal::tokens), 0U);
  ASSERT_OK_AND_ASSIGN(const store::RecordRow row, fixture_.ledger.record(1));
  EXPECT_EQ(row.body, R"({"n":2})");
  EXPECT_EQ(row.subject, "yamada");
  EXPECT_EQ(row.salt.size(), kSaltSize);
  EXPECT_EQ(fixture_.ledger.signature_rows.at(0).outcome, 1U);
}

TEST_F(ATrail, GivesOutProofsThatVerifyWithoutIt) {
  ASSERT_THAT(fixture_.record(300), IsOk());
  ASSERT_THAT(fixture_.wait_for_checkpoint(299), IsOk());
  ASSERT_OK_AND_ASSIGN(const VerifierKey key, VerifierKey::parse(trail().verifier_key(Journal::trail)));
  for (const std::uint64_t index : {0U, 255U, 256U, 299U}) {
    ASSERT_OK_AND_ASSIGN(const std::string text, trail().prove(Journal::trail, index));
    ASSERT_OK_AND_ASSIGN(const Proof proof, Proof::parse(text));
    ASSERT_OK_AND_ASSIGN(const store::RecordRow row, fixture_.ledger.record(index));
    const Entry entry{"signature.intent", {}, commitment_of(row.salt, row.body)};
    ASSERT_OK_AND_ASSIGN(const std::string line, read_entry(fixture_.log(), index));
    ASSERT_OK_AND_ASSIGN(const ProvenEntry proven, verify_proof(proof, {line, Record{row.salt, row.body}}, key));
    EXPECT_EQ(proven.index, index);
    EXPECT_EQ(proven.entry.content, entry.content);
  }
  EXPECT_THAT(trail().prove(Journal::trail, 300), FailsWith(ErrorCode::audit_index_unknown));
}

// A checkpoint removes the partial tiles of the one before; an entry that is read from them is read to its end.
TEST(ATrailBesideItsReaders, KeepsTheFilesThatTheyRead) {
  using namespace std::chrono_literals;
  FilesOfAWriter files;
  TrailFixture fixture(files);
  ASSERT_THAT(fixture.open(), IsOk());
  ASSERT_THAT(fixture.record(1), IsOk());
  ASSERT_THAT(fixture.wait_for_checkpoint(0), IsOk());
  const std::filesystem::path partial = fixture.log().path / Tile{Tile::kEntries, 0, 1}.path();
  files.before_reading(partial, [&] {
    EXPECT_THAT(fixture.record(1), IsOk());
    EXPECT_TRUE(stays([&] { return std::filesystem::exists(partial); }, 200ms));  // the next checkpoint is due
  });
  EXPECT_THAT(fixture.trail->entry(Journal::trail, 0), IsOk());
  ASSERT_THAT(fixture.wait_for_checkpoint(1), IsOk());
  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(partial); }));
}

TEST_F(ATrail, KeepsTheTokensInALogOfTheirOwn) {
  ASSERT_THAT(fixture_.record(3, Journal::tokens), IsOk());
  ASSERT_THAT(fixture_.wait_for_checkpoint(2, Journal::tokens), IsOk());
  EXPECT_THAT(trail().checkpoint(Journal::trail), IsEmpty());
  ASSERT_OK_AND_ASSIGN(const std::string line, read_entry(fixture_.log(Journal::tokens), 2));
  EXPECT_THAT(line, HasSubstr(R"("body":{"n":2}})"));
  EXPECT_THAT(open_checkpoint(trail().checkpoint(Journal::tokens), fixture_.verifier(Journal::tokens)), IsOk());
  EXPECT_THAT(fixture_.ledger.record(0), FailsWith(ErrorCode::audit_index_unknown));
}

TEST_F(ATrail, LeavesTheFilesOfTheSpecificationAndNoOldOnes) {
  ASSERT_THAT(fixture_.record(300), IsOk());
  ASSERT_THAT(fixture_.wait_for_checkpoint(299), IsOk());
  fixture_.close();
  std::set<std::string> files;
  const auto root = fixture_.log().path;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    files.insert(std::filesystem::relative(entry.path(), root).string());
  }
  EXPECT_THAT(files, testing::UnorderedElementsAre("checkpoint", "tile", "tile/0", "tile/0/000", "tile/0/001.p",
                                                   "tile/0/001.p/44", "tile/1", "tile/1/000.p", "tile/1/000.p/1",
                                                   "tile/entries", "tile/entries/000", "tile/entries/001.p",
                                                   "tile/entries/001.p/44"));
}

TEST_F(ATrail, GoesOnWhereItStopped) {
  for (int round = 0; round < 5; ++round) {
    ASSERT_THAT(fixture_.record(130), IsOk());
    ASSERT_THAT(fixture_.open(), IsOk());
    EXPECT_EQ(trail().size(Journal::trail), 130U * static_cast<unsigned>(round + 1));
    ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint,
                         open_checkpoint(trail().checkpoint(Journal::trail), fixture_.verifier()));
    EXPECT_EQ(checkpoint.tree.size, trail().size(Journal::trail)) << "a last checkpoint at the end";
  }
}

TEST_F(ATrail, AKeyThatDoesNotSignDelaysCheckpointsOnly) {
  fixture_.key->broken = true;
  ASSERT_THAT(fixture_.record(10), IsOk());
  EXPECT_THAT(trail().prove(Journal::trail, 3), FailsWith(ErrorCode::audit_not_checkpointed));
  ASSERT_TRUE(eventually([&] { return !trail().load().last_checkpoint_error.empty(); })) << "nobody asked the key";
  EXPECT_TRUE(trail().healthy());
  EXPECT_EQ(trail().load().uncovered, std::chrono::milliseconds{0});
  fixture_.monotonic.advance(std::chrono::seconds{7});
  EXPECT_EQ(trail().load().uncovered, std::chrono::seconds{7});
  fixture_.key->broken = false;
  ASSERT_THAT(fixture_.wait_for_checkpoint(9), IsOk());
  EXPECT_THAT(trail().prove(Journal::trail, 3), IsOk());
  EXPECT_THAT(trail().load().last_checkpoint_error, IsEmpty());
  EXPECT_TRUE(eventually([&] { return trail().load().uncovered == std::chrono::milliseconds{0}; }));
}

TEST_F(ATrail, AKeyThatDoesNotSignForTooLongStopsWhatIsNewUntilItDoes) {
  fixture_.options.longest_uncovered = std::chrono::seconds{1};
  ASSERT_THAT(fixture_.open(), IsOk());
  fixture_.key->broken = true;
  ASSERT_THAT(fixture_.record(2), IsOk());
  ASSERT_TRUE(eventually([&] { return !trail().load().last_checkpoint_error.empty(); })) << "nobody asked the key";
  fixture_.monotonic.advance(std::chrono::seconds{1});
  EXPECT_THAT(trail().ready(), IsOk());
  fixture_.monotonic.advance(std::chrono::milliseconds{1});
  EXPECT_THAT(trail().ready(), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_THAT(to_string(trail().ready().error()), HasSubstr("the token is away"));
  EXPECT_THAT(trail().record_and_wait(submission()), IsOk()) << "an outcome of what has begun";
  fixture_.key->broken = false;
  ASSERT_THAT(fixture_.wait_for_checkpoint(2), IsOk());
  EXPECT_TRUE(eventually([&] { return trail().ready().has_value(); })) << "a checkpoint covers everything";
}

TEST_F(ATrail, AKeyThatHangsStopsWhatIsNewToo) {
  fixture_.options.longest_uncovered = std::chrono::seconds{1};
  ASSERT_THAT(fixture_.open(), IsOk());
  fixture_.key->hangs = true;
  ASSERT_THAT(fixture_.record(1), IsOk());
  fixture_.monotonic.advance(std::chrono::milliseconds{1'001});
  ASSERT_THAT(trail().ready(), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_THAT(to_string(trail().ready().error()), HasSubstr("does not answer"));
  fixture_.key->hangs = false;
  ASSERT_THAT(fixture_.wait_for_checkpoint(0), IsOk());
}

TEST_F(ATrail, WhatNoCheckpointCoveredIsBroughtInFromTheStore) {
  ASSERT_THAT(fixture_.record(5), IsOk());
  ASSERT_THAT(fixture_.wait_for_checkpoint(4), IsOk());
  fixture_.key->broken = true;
  ASSERT_THAT(fixture_.record(400), IsOk());
  fixture_.close();
  fixture_.key->broken = false;
  ASSERT_THAT(fixture_.open(), IsOk());
  EXPECT_EQ(trail().size(Journal::trail), 405U);
  ASSERT_THAT(fixture_.wait_for_checkpoint(404), IsOk());
  ASSERT_OK_AND_ASSIGN(const std::string line, read_entry(fixture_.log(), 404));
  EXPECT_THAT(Entry::parse(bytes_of(line)), IsOk());
}

TEST_F(ATrail, AFailedCommitEndsItForGood) {
  ASSERT_THAT(fixture_.record(2), IsOk());
  ASSERT_THAT(fixture_.wait_for_checkpoint(1), IsOk());
  fixture_.ledger.broken = true;
  EXPECT_THAT(trail().record_and_wait(submission()), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_FALSE(trail().healthy());
  fixture_.ledger.broken = false;
  EXPECT_THAT(trail().record_and_wait(submission()), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_EQ(trail().size(Journal::trail), 2U);
  ASSERT_THAT(fixture_.open(), IsOk());
  EXPECT_THAT(trail().record_and_wait(submission()), IsOk());
}

TEST_F(ATrail, WhoWaitsForACheckpointThatWillNotComeIsTold) {
  fixture_.key->broken = true;
  ASSERT_THAT(fixture_.record(2), IsOk());
  std::promise<ErrorCode> told;
  trail().when_checkpointed(Journal::trail, 1,
                            [&](const Result<void>& result) { told.set_value(result.error().code); });
  fixture_.ledger.broken = true;
  EXPECT_THAT(trail().record_and_wait(submission()), FailsWith(ErrorCode::audit_unavailable));
  std::future<ErrorCode> answer = told.get_future();
  ASSERT_TRUE(comes(answer)) << "nobody is told";
  EXPECT_EQ(answer.get(), ErrorCode::audit_unavailable);
  EXPECT_THAT(fixture_.wait_for_checkpoint(1), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_THAT(fixture_.wait_for_checkpoint(2), FailsWith(ErrorCode::audit_index_unknown));
}

TEST_F(ATrail, AfterTheStopNothingIsTaken) {
  fixture_.key->broken = true;
  ASSERT_THAT(fixture_.record(2), IsOk());
  std::promise<ErrorCode> told;
  trail().when_checkpointed(Journal::trail, 1,
                            [&](const Result<void>& result) { told.set_value(result.error().code); });
  trail().stop();
  trail().stop();
  std::future<ErrorCode> answer = told.get_future();
  ASSERT_TRUE(comes(answer)) << "nobody is told";
  EXPECT_EQ(answer.get(), ErrorCode::shutting_down);
  EXPECT_THAT(trail().record_and_wait(submission()), FailsWith(ErrorCode::shutting_down));
  EXPECT_THAT(fixture_.wait_for_checkpoint(1), FailsWith(ErrorCode::shutting_down));
}

TEST_F(ATrail, OnlyWhoCollidesIsRefused) {
  const auto use = [](int number) {
    Submission made = submission();
    made.changes = {store::ActivationUse{{1}, "SHA-256:" + std::to_string(number)}};
    return made;
  };
  ASSERT_THAT(trail().record_and_wait(use(7)), IsOk());
  // All in one group: the ledger is held until they wait.
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  fixture_.ledger.before_commit = [gate] { gate.wait(); };
  std::mutex mutex;
  std::vector<std::pair<int, Result<Receipt>>> answers;
  for (int number = 0; number < 20; ++number) {
    trail().record(use(number), [&, number](Result<Receipt> result) {
      const std::scoped_lock lock(mutex);
      answers.emplace_back(number, std::move(result));
    });
  }
  go.set_value();
  trail().stop();
  ASSERT_EQ(answers.size(), 20U);
  std::uint64_t index = 1;
  for (const auto& [number, result] : answers) {
    if (number == 7) {
      EXPECT_THAT(result, FailsWith(ErrorCode::already_exists));
      continue;
    }
    ASSERT_THAT(result, IsOk());
    EXPECT_EQ(result->index, index++) << "no gap";
    EXPECT_THAT(fixture_.ledger.record(result->index), IsOk());
  }
  EXPECT_TRUE(trail().healthy());
}

// A submission whose change the ledger refuses with that code, between two others; what each is told.
struct Neighbours {
  Result<Receipt> before, refused, after;
};

Neighbours record_together(TrailFixture& fixture, ErrorCode code) {
  const CredentialId bad("bad");
  fixture.ledger.refuse = [&](const store::RowChange& change) -> Result<void> {
    const auto* const row = std::get_if<store::CredentialDisabling>(&change);
    return row != nullptr && row->id == bad ? Result<void>(fail(code, "said by the test")) : Result<void>();
  };
  std::promise<void> go;
  std::promise<void> held;
  fixture.ledger.before_commit = [&, gate = go.get_future().share(), first = true]() mutable {
    if (std::exchange(first, false)) {
      held.set_value();
    }
    gate.wait();
  };
  const auto record = [&](Submission made) {
    auto promise = std::make_shared<std::promise<Result<Receipt>>>();
    auto answer = promise->get_future();
    fixture.trail->record(std::move(made),
                          [promise](Result<Receipt> result) { promise->set_value(std::move(result)); });
    return answer;
  };
  auto first = record(submission());
  held.get_future().wait();  // what follows goes together
  auto before = record(submission());
  Submission with_a_change = submission();
  with_a_change.changes = {store::CredentialDisabling{bad}};
  auto refused = record(std::move(with_a_change));
  auto after = record(submission());
  go.set_value();
  EXPECT_THAT(first.get(), IsOk());
  Neighbours answers{before.get(), refused.get(), after.get()};
  fixture.ledger.before_commit = nullptr;
  fixture.ledger.refuse = nullptr;
  return answers;
}

TEST_F(ATrail, EveryErrorOfARowIsItsOwnSubmissionsAlone) {
  for (const ErrorRow& row : error_table()) {
    if (row.code == ErrorCode::store_unavailable || row.code == ErrorCode::store_corrupt ||
        row.code == ErrorCode::resource_shortage) {
      continue;  // the medium's; a shortage is waited out (shortage_test.cpp)
    }
    SCOPED_TRACE(row.slug);
    const Neighbours answers = record_together(fixture_, row.code);
    EXPECT_THAT(answers.before, IsOk());
    EXPECT_THAT(answers.refused, FailsWith(row.code));
    EXPECT_THAT(answers.after, IsOk());
    ASSERT_TRUE(trail().healthy());
  }
  EXPECT_THAT(trail().record_and_wait(submission()), IsOk());
}

TEST_F(ATrail, AFailureOfTheMediumIsEverybodysUntilARestart) {
  for (const ErrorCode code : {ErrorCode::store_unavailable, ErrorCode::store_corrupt}) {
    const Neighbours answers = record_together(fixture_, code);
    EXPECT_THAT(answers.refused, FailsWith(ErrorCode::audit_unavailable));
    EXPECT_FALSE(trail().healthy());
    EXPECT_THAT(trail().record_and_wait(submission()), FailsWith(ErrorCode::audit_unavailable));
    ASSERT_THAT(fixture_.open(), IsOk());
    EXPECT_THAT(trail().record_and_wait(submission()), IsOk());
  }
}

TEST_F(ATrail, TooManyWaitingAreRefusedAtOnce) {
  fixture_.options.waiting = 2;
  ASSERT_THAT(fixture_.open(), IsOk());
  std::promise<void> go;
  std::promise<void> held;
  std::shared_future<void> gate = go.get_future().share();
  fixture_.ledger.before_commit = [&, gate, first = true]() mutable {
    if (std::exchange(first, false)) {
      held.set_value();
    }
    gate.wait();
  };
  std::atomic<int> recorded = 0;
  std::atomic<int> refused = 0;
  const auto count = [&](const Result<Receipt>& result) {
    if (result) {
      ++recorded;
    } else if (result.error().code == ErrorCode::overloaded) {
      ++refused;
    }
  };
  trail().record(submission(), count);
  EXPECT_TRUE(comes(held.get_future())) << "the first is not being committed";
  for (int i = 0; i < 5; ++i) {
    trail().record(submission(), count);
  }
  EXPECT_EQ(refused, 3);
  go.set_value();
  trail().stop();
  EXPECT_EQ(recorded, 3);
}

// A condition that changes while others record: what it said when the change was recorded holds for all behind it.
TEST_F(ATrail, NothingIsRecordedBehindTheEndOfItsCondition) {
  struct Until final : audit::Condition {
    [[nodiscard]] Result<void> holds(Instant) const override {
      return over ? Result<void>(fail(ErrorCode::api_key_expired, "over")) : Result<void>();
    }
    std::atomic<bool> over = false;
  };
  constexpr std::size_t kThreads = 4;
  for (int round = 0; round < 50; ++round) {
    Until condition;
    std::atomic<bool> ended = false;  // for the case that nobody is refused
    std::atomic<std::size_t> begun = 0;
    std::atomic<std::uint64_t> last = 0;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        while (!ended) {
          Submission made = submission();
          made.condition = &condition;
          const Result<Receipt> receipt = trail().record_and_wait(std::move(made));
          ++begun;
          if (!receipt) {
            EXPECT_THAT(receipt, FailsWith(ErrorCode::api_key_expired));
            return;
          }
          std::uint64_t before = last;
          while (receipt->index > before && !last.compare_exchange_weak(before, receipt->index)) {
          }
        }
      });
    }
    EXPECT_TRUE(eventually([&] { return begun >= kThreads; }));
    condition.over = true;
    const Result<Receipt> change = trail().record_and_wait(submission());
    const Result<Receipt> behind = trail().record_and_wait(submission());
    ended = true;
    for (std::thread& thread : threads) {
      thread.join();
    }
    ASSERT_THAT(change, IsOk());
    ASSERT_THAT(behind, IsOk());
    EXPECT_LT(last.load(), change->index);
  }
}

TEST_F(ATrail, WhatIsNoEventIsRefused) {
  Submission bad = submission();
  bad.event = "Signature";
  EXPECT_THAT(trail().record_and_wait(bad), FailsWith(ErrorCode::invalid_argument));
  for (const std::string body : {"", "{", "[]", "{\"a\":\n1}"}) {
    EXPECT_THAT(trail().record_and_wait(submission(body)), FailsWith(ErrorCode::invalid_argument));
  }
  const std::string large = "{\"a\":\"" + std::string(65'500, 'x') + "\"}";
  EXPECT_THAT(trail().record_and_wait(submission(large, Journal::tokens)), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(trail().record_and_wait(submission(large)), IsOk()) << "a record may be longer than an entry";
  EXPECT_EQ(trail().size(Journal::trail), 1U);
}

TEST_F(ATrail, ManyThreadsGetAnIndexEachAndShareCommits) {
  constexpr std::size_t kThreads = 8, kEach = 400, kAll = kThreads * kEach;
  std::atomic<std::size_t> submitted = 0;
  // The first commit takes as long as most of the entries, so that they share the second on a fast machine too.
  fixture_.ledger.before_commit = [&submitted, first = true]() mutable {
    if (std::exchange(first, false)) {
      EXPECT_TRUE(eventually([&] { return submitted > kAll * 2 / 3; })) << "the threads submit nothing";
    }
  };
  std::mutex mutex;
  std::atomic<std::size_t> done = 0;
  std::vector<std::vector<std::uint64_t>> indexes(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < kEach; ++i) {
        const Journal journal = i % 4 == 0 ? Journal::tokens : Journal::trail;
        trail().record(submission("{}", journal), [&, t, journal](const Result<Receipt>& result) {
          const std::scoped_lock lock(mutex);
          if (result && journal == Journal::trail) {
            indexes[t].push_back(result->index);
          }
          ++done;
        });
        ++submitted;
        static_cast<void>(trail().checkpoint(journal));
        static_cast<void>(trail().prove(journal, 0));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(eventually([&] { return done == kAll; })) << done << " answers of " << kAll;
  trail().stop();
  std::set<std::uint64_t> all;
  for (const auto& of_thread : indexes) {
    EXPECT_TRUE(std::is_sorted(of_thread.begin(), of_thread.end()));
    all.insert(of_thread.begin(), of_thread.end());
  }
  EXPECT_EQ(all.size(), kAll * 3 / 4);
  EXPECT_EQ(*all.rbegin(), all.size() - 1) << "no gap";
  const Trail::Load load = trail().load();
  EXPECT_EQ(load.entries, kAll);
  EXPECT_LT(load.commits, load.entries / 2);
  EXPECT_EQ(load.commits, static_cast<std::uint64_t>(fixture_.ledger.commits));
}

TEST_F(ATrail, ACheckpointIsTheRootOfTheEntries) {
  ASSERT_THAT(fixture_.record(70'000 % 997), IsOk());
  fixture_.close();
  test::MemoryTree tree;
  ASSERT_THAT(fixture_.open(), IsOk());
  ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint,
                       open_checkpoint(trail().checkpoint(Journal::trail), fixture_.verifier()));
  for (std::uint64_t i = 0; i < checkpoint.tree.size; ++i) {
    ASSERT_OK_AND_ASSIGN(const std::string line, read_entry(fixture_.log(), i));
    tree.append(bytes_of(line));
  }
  EXPECT_EQ(checkpoint.tree, tree.head());
}

// Opening refuses a store and files that are not of the same log.
class AnOpenedTrail : public ATrail {
 protected:
  void SetUp() override {
    ATrail::SetUp();
    ASSERT_THAT(fixture_.record(300), IsOk());
    fixture_.close();
  }
  void flip(const std::string& name, std::size_t offset) {
    std::fstream file(fixture_.log().path / name, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    const char c = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(c);
  }
};

TEST_F(AnOpenedTrail, HasTheKeyAndTheNameItBeganWith) {
  EXPECT_THAT(Trail::has_begun(fixture_.ledger).value(), true);
  const auto key = fixture_.key;
  fixture_.key = std::make_shared<test::BentMessageSigner>();
  EXPECT_THAT(fixture_.open(), FailsWith(ErrorCode::audit_log_corrupt));
  fixture_.key = key;
  fixture_.options.origin = "another.example";
  EXPECT_THAT(fixture_.open(), FailsWith(ErrorCode::configuration_invalid));
  fixture_.options.origin = "";
  EXPECT_THAT(fixture_.open(), IsOk());
  EXPECT_THAT(trail().verifier_key(Journal::tokens), HasSubstr("log.example/tokens+"));
}

TEST_F(AnOpenedTrail, DoesNotGoOnFromDamagedFiles) {
  for (const auto& [name, offset] : std::vector<std::pair<std::string, std::size_t>>{
           {"checkpoint", 20}, {"tile/0/001.p/44", 100}, {"tile/1/000.p/1", 0}, {"tile/entries/001.p/44", 30}}) {
    flip(name, offset);
    EXPECT_THAT(fixture_.open(), FailsWith(ErrorCode::audit_log_corrupt)) << name;
    flip(name, offset);
  }
  EXPECT_THAT(fixture_.open(), IsOk());
}

TEST_F(AnOpenedTrail, DoesNotGoOnWithoutItsFilesOrItsStore) {
  const auto elsewhere = fixture_.temporary.path() / "elsewhere";
  std::filesystem::rename(fixture_.folder(), elsewhere);
  EXPECT_THAT(fixture_.open(), FailsWith(ErrorCode::audit_log_corrupt))
      << "no files, but a store that released entries";
  std::filesystem::remove_all(fixture_.folder());
  std::filesystem::rename(elsewhere, fixture_.folder());
  ASSERT_THAT(fixture_.open(), IsOk());
  fixture_.close();
  const std::vector<store::LogChunk> chunks = fixture_.ledger.chunks(Journal::trail);
  ASSERT_THAT(chunks, testing::Not(IsEmpty())) << "the last chunk stays";
  fixture_.ledger.chunks(Journal::trail).clear();
  EXPECT_THAT(fixture_.open(), FailsWith(ErrorCode::audit_log_corrupt)) << "an older store";
  fixture_.ledger.chunks(Journal::trail) = chunks;
  fixture_.ledger.chunks(Journal::trail).back().entries.back().at(3) ^= 1;
  EXPECT_THAT(fixture_.open(), FailsWith(ErrorCode::audit_log_corrupt)) << "another store";
}

TEST(Trail, MakesUpANameOnce) {
  TrailFixture fixture;
  fixture.options.origin = "";
  EXPECT_THAT(Trail::has_begun(fixture.ledger).value(), false);
  ASSERT_THAT(fixture.open(), IsOk());
  const std::string key = fixture.trail->verifier_key(Journal::trail);
  EXPECT_THAT(key, HasSubstr("development.invalid/"));
  ASSERT_THAT(fixture.open(), IsOk());
  EXPECT_EQ(fixture.trail->verifier_key(Journal::trail), key);
}

TEST(Trail, ANameForDevelopmentIsKeptOutOfProduction) {
  Options named;
  named.origin = "log.example";
  const Options unnamed;
  const std::string development = std::string(kDevelopmentOrigin) + "01";
  constexpr bool kInProduction = true;
  EXPECT_THAT(check_origin(unnamed, development, false), IsOk());
  EXPECT_THAT(check_origin(unnamed, "", false), IsOk()) << "one is made up";
  EXPECT_THAT(check_origin(named, "log.example", kInProduction), IsOk());
  EXPECT_THAT(check_origin(unnamed, "log.example", kInProduction), IsOk());
  for (const auto& refused : {check_origin(unnamed, development, kInProduction),
                              check_origin(unnamed, "", kInProduction), check_origin(named, "other.example", false)}) {
    ASSERT_THAT(refused, FailsWith(ErrorCode::configuration_invalid));
    EXPECT_EQ(refused.error().where, "audit.origin");
  }
}

TEST(Trail, RefusesOptionsThatItCannotKeep) {
  TrailFixture fixture;
  fixture.options.commit_window = std::chrono::milliseconds{6};
  EXPECT_THAT(fixture.open(), FailsWith(ErrorCode::configuration_invalid));
  fixture.options = {};
  fixture.options.origin = "a name with blanks";
  EXPECT_THAT(fixture.open(), FailsWith(ErrorCode::invalid_argument));
  fixture.options = {};
  fixture.options.waiting = 0;
  EXPECT_THAT(fixture.open(), FailsWith(ErrorCode::configuration_invalid));
}

}  // namespace
}  // namespace rakkan::audit
