// Tests of PowerLossFileSystem itself: a fake disk that keeps too much proves nothing.
#include "support/power_loss_file_system.hpp"

#include <set>

#include "support/result_matchers.hpp"

namespace rakkan::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Fault = PowerLossFileSystem::Fault;

constexpr std::uint64_t kNothing = 0;  // seeds (modulo 4): what survives
constexpr std::uint64_t kEverything = 1;

class PowerLossFileSystemTest : public ::testing::Test {
 protected:
  std::unique_ptr<File> open(const std::string& name) {
    auto file = disk_.open(name, FileMode::create_or_modify);
    EXPECT_THAT(file, IsOk());
    return file ? *std::move(file) : nullptr;
  }
  // A file "/f" whose name and first content are safe.
  std::unique_ptr<File> safe(std::string_view content) {
    auto file = open("/f");
    EXPECT_THAT(file->write_at(0, bytes_of(content)), IsOk());
    EXPECT_THAT(file->sync(), IsOk());
    EXPECT_THAT(disk_.sync_folder("/"), IsOk());
    return file;
  }
  std::string content(const std::string& name = "/f") { return std::string(text_of(disk_.content(name))); }

  PowerLossFileSystem disk_;
};

TEST_F(PowerLossFileSystemTest, SyncedStaysAndUnsyncedGoes) {
  const auto file = safe("old");
  ASSERT_THAT(file->write_at(3, bytes_of("new")), IsOk());
  EXPECT_EQ(content(), "oldnew");
  disk_.lose_power(kNothing);
  EXPECT_EQ(content(), "old");
  Bytes out(1);
  EXPECT_THAT(file->read_at(0, out), FailsWith(ErrorCode::file_unwritable)) << "an open file ends with the power";
}

TEST_F(PowerLossFileSystemTest, NameWithoutSyncOfItsFolderGoesWithItsContent) {
  const auto file = open("/f");
  ASSERT_THAT(file->write_at(0, bytes_of("synced")), IsOk());
  ASSERT_THAT(file->sync(), IsOk());
  disk_.lose_power(kNothing);
  EXPECT_THAT(disk_.files(), IsEmpty());
}

TEST_F(PowerLossFileSystemTest, RenameAndRemovalComeBackUnlessTheFolderIsSynced) {
  safe("x");
  ASSERT_THAT(disk_.rename("/f", "/g"), IsOk());
  disk_.lose_power(kNothing);
  EXPECT_THAT(disk_.list("/").value_or(std::vector<std::string>{}), ElementsAre("f"));
  ASSERT_THAT(disk_.remove("/f"), IsOk());
  EXPECT_THAT(disk_.files(), IsEmpty());
  disk_.lose_power(kNothing);
  EXPECT_EQ(content(), "x");
  ASSERT_THAT(disk_.rename("/f", "/g"), IsOk());
  ASSERT_THAT(disk_.sync_folder("/"), IsOk());
  disk_.lose_power(kNothing);
  EXPECT_EQ(content("/g"), "x");
  EXPECT_EQ(content("/f"), "");
}

TEST_F(PowerLossFileSystemTest, FolderGoesWithAllThatIsInIt) {
  ASSERT_THAT(disk_.make_folder("/a/b"), IsOk());
  const auto file = open("/a/b/f");
  ASSERT_THAT(file->sync(), IsOk());
  ASSERT_THAT(disk_.sync_folder("/a/b"), IsOk());
  disk_.lose_power(kNothing);
  EXPECT_FALSE(disk_.exists("/a").value_or(true));
  EXPECT_THAT(disk_.files(), IsEmpty());
}

TEST_F(PowerLossFileSystemTest, SeedsLetPrefixesSubsetsAndTornWritesSurvive) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    PowerLossFileSystem disk;
    auto file = disk.open("/f", FileMode::create_or_modify);
    ASSERT_THAT(file, IsOk());
    ASSERT_THAT((*file)->write_at(0, bytes_of("......")), IsOk());
    ASSERT_THAT((*file)->sync(), IsOk());
    ASSERT_THAT(disk.sync_folder("/"), IsOk());
    ASSERT_THAT((*file)->write_at(0, bytes_of("ab")), IsOk());
    ASSERT_THAT((*file)->write_at(2, bytes_of("cd")), IsOk());
    ASSERT_THAT((*file)->write_at(4, bytes_of("ef")), IsOk());
    disk.lose_power(seed);
    seen.insert(std::string(text_of(disk.content("/f"))));
  }
  for (const char* state : {"......", "abcdef", "ab....", "abc...", "..cde.", "ab..e.", "....e."}) {
    EXPECT_TRUE(seen.contains(state)) << state;
  }
  EXPECT_FALSE(seen.contains(".b....")) << "a write is torn at its end";
}

TEST_F(PowerLossFileSystemTest, RefusedOperationChangesNothingAndTheNextOneGoes) {
  const auto file = safe("old");
  disk_.fail_at(disk_.operations() + 1);
  EXPECT_THAT(file->write_at(0, bytes_of("new")), FailsWith(ErrorCode::file_unwritable));
  EXPECT_EQ(content(), "old");
  EXPECT_THAT(file->write_at(0, bytes_of("new")), IsOk());
  disk_.fail_at(disk_.operations() + 1, Fault::half_done);
  EXPECT_THAT(file->write_at(0, bytes_of("1234")), FailsWith(ErrorCode::file_unwritable));
  EXPECT_EQ(content(), "12w");
}

TEST_F(PowerLossFileSystemTest, FailedSyncIsNotMadeGoodByTheNextOne) {
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto file = safe("old");
    ASSERT_THAT(file->write_at(0, bytes_of("new")), IsOk());
    disk_.fail_at(disk_.operations() + 1);
    EXPECT_THAT(file->sync(), FailsWith(ErrorCode::file_unwritable));
    EXPECT_THAT(file->sync(), IsOk());
    EXPECT_EQ(content(), "new");
    disk_.lose_power(kNothing + 4 * i);
    seen.insert(content());
  }
  EXPECT_THAT(seen, ElementsAre("new", "old"));
}

TEST_F(PowerLossFileSystemTest, AfterThePowerIsCutEverythingFailsUntilTheRestart) {
  const auto file = safe("old");
  disk_.cut_power_at(disk_.operations() + 1);
  EXPECT_THAT(file->write_at(0, bytes_of("new")), FailsWith(ErrorCode::file_unwritable));
  EXPECT_THAT(file->sync(), FailsWith(ErrorCode::file_unwritable));
  EXPECT_THAT(disk_.open("/f", FileMode::read), FailsWith(ErrorCode::file_unwritable));
  disk_.lose_power(kEverything);
  EXPECT_EQ(content(), "new") << "the operation at the cut may be done";
  EXPECT_THAT(disk_.open("/f", FileMode::read), IsOk());
}

TEST_F(PowerLossFileSystemTest, HistoryNamesTheLastOperations) {
  safe("old");
  EXPECT_EQ(disk_.operations(), 4U);
  EXPECT_THAT(disk_.history(2), HasSubstr("3 sync /f\n4 sync folder /\n"));
}

}  // namespace
}  // namespace rakkan::test
