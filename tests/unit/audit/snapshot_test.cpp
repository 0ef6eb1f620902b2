// A log for readers beside its writer: the checkpoint that was newest stays readable, whatever the writer puts in its
// place.
#include "rakkan/audit/snapshot.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rakkan/audit/tiles.hpp"
#include "support/trail_fixture.hpp"
#include "unit/audit/files_of_a_writer.hpp"

namespace rakkan::audit {
namespace {

namespace fs = std::filesystem;

using test::FailsWith;
using test::IsOk;

class ALogSnapshot : public ::testing::Test {
 protected:
  ALogSnapshot() {
    EXPECT_THAT(fixture_.open(), IsOk());
    record(300);
  }
  void record(std::size_t entries) {
    EXPECT_THAT(fixture_.record(entries), IsOk());
    recorded_ += entries;
    EXPECT_THAT(fixture_.wait_for_checkpoint(recorded_ - 1), IsOk());
  }
  [[nodiscard]] VerifierKey key() const {
    return VerifierKey::parse(fixture_.trail->verifier_key(Journal::trail)).value();
  }

  test::TrailFixture fixture_;
  std::size_t recorded_ = 0;
};

TEST_F(ALogSnapshot, KeepsTheCheckpointThatTheWriterHasReplaced) {
  ASSERT_OK_AND_ASSIGN(const LogSnapshot snapshot, LogSnapshot::take(fixture_.log()));
  const fs::path partial = fixture_.log().path / Tile{Tile::kEntries, 1, 300 - kTileWidth}.path();
  ASSERT_TRUE(fs::exists(partial));
  record(40);
  ASSERT_TRUE(test::eventually([&] { return !fs::exists(partial); })) << "the writer keeps what no checkpoint needs";
  ASSERT_OK_AND_ASSIGN(const VerifiedLog verified, verify_log(snapshot.folder(), key()));
  EXPECT_EQ(verified.checkpoint.tree.size, 300U);
  ASSERT_OK_AND_ASSIGN(const std::string entry, read_entry(snapshot.folder(), 299));
  EXPECT_FALSE(entry.empty());
  EXPECT_THAT(read_entry(snapshot.folder(), 300), FailsWith(ErrorCode::audit_index_unknown));
}

TEST_F(ALogSnapshot, IsExportedWhole) {
  ASSERT_OK_AND_ASSIGN(const LogSnapshot snapshot, LogSnapshot::take(fixture_.log()));
  record(300);
  const test::TemporaryFolder to;
  const LogFolder copy{posix_file_system(), to.path() / "copy"};
  ASSERT_THAT(export_log(snapshot.folder(), copy), IsOk());
  ASSERT_OK_AND_ASSIGN(const VerifiedLog verified, verify_log(copy, key()));
  EXPECT_EQ(verified.checkpoint.tree.size, 300U);
}

TEST_F(ALogSnapshot, IsTakenAnewWhenTheWriterRemovesATileThatIsAboutToBeOpened) {
  const LogFolder log = fixture_.log();
  const fs::path partial = log.path / Tile{Tile::kEntries, 1, 300 - kTileWidth}.path();
  FilesOfAWriter files;
  files.before_reading(partial, [&] {
    record(40);
    ASSERT_TRUE(test::eventually([&] { return !fs::exists(partial); }));
  });
  ASSERT_OK_AND_ASSIGN(const LogSnapshot snapshot, LogSnapshot::take({files, log.path}));
  ASSERT_OK_AND_ASSIGN(const VerifiedLog verified, verify_log(snapshot.folder(), key()));
  EXPECT_EQ(verified.checkpoint.tree.size, 340U);
}

TEST_F(ALogSnapshot, VerifiesAgainAndAgainBesideAWriter) {
  std::atomic<bool> stopping{false};
  std::thread writer([&] {
    while (!stopping) {
      EXPECT_THAT(fixture_.record(3), IsOk());
    }
  });
  const std::vector<VerifierKey> with{key()};
  for (int i = 0; i < 30; ++i) {
    EXPECT_THAT(verify_live_log(fixture_.log(), with), IsOk());
  }
  stopping = true;
  writer.join();
}

TEST_F(ALogSnapshot, OfADamagedLogIsNotVerified) {
  const fs::path bundle = fixture_.log().path / Tile{Tile::kEntries, 0, kTileWidth}.path();
  {
    std::fstream file(bundle, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file.put('#');
  }
  EXPECT_THAT(verify_live_log(fixture_.log(), std::vector{key()}), FailsWith(ErrorCode::audit_log_corrupt));
  fs::remove(fixture_.log().path / Tile{Tile::kEntries, 1, 300 - kTileWidth}.path());
  EXPECT_THAT(LogSnapshot::take(fixture_.log()), FailsWith(ErrorCode::audit_log_corrupt)) << "nobody replaced it";
}

TEST_F(ALogSnapshot, IsVerifiedByTheKeyOfItsName) {
  const VerifierKey of_another = VerifierKey::create("other.example/trail", fixture_.key->public_key()).value();
  ASSERT_OK_AND_ASSIGN(const VerifiedLog verified, verify_live_log(fixture_.log(), std::vector{of_another, key()}));
  EXPECT_EQ(verified.checkpoint.tree.size, 300U);
  EXPECT_THAT(verify_live_log(fixture_.log(), std::vector{of_another}), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(verify_live_log(fixture_.log(), {}), FailsWith(ErrorCode::audit_log_mismatch));
}

TEST_F(ALogSnapshot, OfALogThatHasNotBegunIsRightUnlessSomebodyHasACheckpointOfIt) {
  const LogFolder tokens = fixture_.log(Journal::tokens);
  ASSERT_OK_AND_ASSIGN(const VerifiedLog none, verify_live_log(tokens, std::vector{key()}));
  EXPECT_EQ(none.checkpoint.tree.size, 0U);
  EXPECT_EQ(none.note, "");
  Verification how;
  how.against = fixture_.trail->checkpoint(Journal::trail);
  EXPECT_THAT(verify_live_log(tokens, std::vector{key()}, how), FailsWith(ErrorCode::audit_log_mismatch));
}

TEST_F(ALogSnapshot, OfABrokenCheckpointIsOfACorruptLog) {
  std::ofstream(fixture_.log().path / "checkpoint") << "garbage";
  EXPECT_THAT(LogSnapshot::take(fixture_.log()), FailsWith(ErrorCode::audit_log_corrupt));
  EXPECT_THAT(verify_live_log(fixture_.log(), std::vector{key()}), FailsWith(ErrorCode::audit_log_corrupt));
}

TEST(NoLogSnapshot, OfALogThatHasNotBegunIsEmpty) {
  const test::TemporaryFolder folder;
  ASSERT_OK_AND_ASSIGN(const LogSnapshot snapshot, LogSnapshot::take({posix_file_system(), folder.path() / "trail"}));
  EXPECT_EQ(snapshot.note(), "");
  EXPECT_THAT(read_entry(snapshot.folder(), 0), FailsWith(ErrorCode::audit_index_unknown));
}

}  // namespace
}  // namespace rakkan::audit
