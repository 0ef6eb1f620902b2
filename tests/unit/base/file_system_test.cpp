#include "rakkan/base/file_system.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>

#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan {
namespace {

using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PosixFileSystemTest : public ::testing::Test {
 protected:
  std::unique_ptr<File> open(const std::string& name, FileMode mode = FileMode::create_or_modify) {
    auto file = files_.open(folder_.path() / name, mode);
    EXPECT_THAT(file, IsOk());
    return file ? *std::move(file) : nullptr;
  }

  test::TemporaryFolder folder_;
  FileSystem& files_ = posix_file_system();
};

// Failures that the caller may try again are told from those of the disk.
TEST_F(PosixFileSystemTest, ALackOfDescriptorsIsAShortageAndNotAFailure) {
  const auto file = open("f");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto opened = files_.open(folder_.path() / "f", FileMode::read_write);
  const auto listed = files_.list(folder_.path());
  const auto synced = files_.sync_folder(folder_.path());
  const auto written = file->write_at(0, bytes_of("abc"));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_THAT(opened, FailsWith(ErrorCode::resource_shortage));
  EXPECT_THAT(listed, FailsWith(ErrorCode::resource_shortage));
  EXPECT_THAT(synced, FailsWith(ErrorCode::resource_shortage));
  EXPECT_THAT(written, IsOk()) << "what is open stays open";
  EXPECT_THAT(files_.open(folder_.path() / "f", FileMode::read_write), IsOk());
}

TEST_F(PosixFileSystemTest, WritesAreReadBackAndTheEndIsShort) {
  const auto file = open("f");
  ASSERT_THAT(file->write_at(0, bytes_of("abcdef")), IsOk());
  ASSERT_THAT(file->write_at(4, bytes_of("XYZ")), IsOk());
  ASSERT_THAT(file->sync(), IsOk());
  Bytes out(10);
  EXPECT_EQ(file->read_at(1, out).value_or(0), 6U);
  EXPECT_EQ(text_of(ByteView(out).first(6)), "bcdXYZ");
  EXPECT_EQ(file->read_at(100, out).value_or(9), 0U);
  ASSERT_THAT(file->truncate(3), IsOk());
  EXPECT_EQ(file->size().value_or(0), 3U);
}

TEST_F(PosixFileSystemTest, ModesSayWhetherAFileIsMade) {
  EXPECT_THAT(files_.open(folder_.path() / "no", FileMode::read), FailsWith(ErrorCode::file_unreadable));
  EXPECT_THAT(files_.open(folder_.path() / "no", FileMode::read_write), FailsWith(ErrorCode::file_unwritable));
  EXPECT_FALSE(files_.exists(folder_.path() / "no").value_or(true));
  open("yes");
  EXPECT_TRUE(files_.exists(folder_.path() / "yes").value_or(false));
  struct stat status{};
  ASSERT_EQ(::stat((folder_.path() / "yes").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(files_.open(folder_.path(), FileMode::read), FailsWith(ErrorCode::file_unreadable));
}

TEST_F(PosixFileSystemTest, FailureNamesPathAndReason) {
  const auto missing = files_.open(folder_.path() / "no" / "f", FileMode::create_or_modify);
  ASSERT_THAT(missing, FailsWith(ErrorCode::file_unwritable));
  EXPECT_THAT(missing.error().where, HasSubstr("no/f"));
  EXPECT_THAT(missing.error().detail, HasSubstr("No such file"));
  const auto reader = open("f");
  const auto read_only = open("f", FileMode::read);
  EXPECT_THAT(read_only->write_at(0, bytes_of("x")), FailsWith(ErrorCode::file_unwritable));
  EXPECT_THAT(reader->write_at(std::uint64_t{1} << 63, bytes_of("x")), FailsWith(ErrorCode::file_unwritable));
}

TEST_F(PosixFileSystemTest, NamesAreListedRenamedAndRemoved) {
  open("b");
  open("a");
  ASSERT_THAT(files_.make_folder(folder_.path() / "sub" / "inner"), IsOk());
  EXPECT_THAT(files_.list(folder_.path()).value_or(std::vector<std::string>{}), ElementsAre("a", "b", "sub"));
  ASSERT_THAT(files_.rename(folder_.path() / "b", folder_.path() / "sub" / "c"), IsOk());
  ASSERT_THAT(files_.remove(folder_.path() / "a"), IsOk());
  ASSERT_THAT(files_.remove(folder_.path() / "a"), IsOk()) << "what is not there is no failure";
  EXPECT_THAT(files_.list(folder_.path()).value_or(std::vector<std::string>{}), ElementsAre("sub"));
  EXPECT_THAT(files_.list(folder_.path() / "no").value_or(std::vector<std::string>{"x"}), IsEmpty());
  EXPECT_THAT(files_.rename(folder_.path() / "no", folder_.path() / "x"), FailsWith(ErrorCode::file_unwritable));
}

TEST_F(PosixFileSystemTest, SyncOfAFolderNeedsAFolder) {
  EXPECT_THAT(files_.sync_folder(folder_.path()), IsOk());
  EXPECT_THAT(files_.sync_folder(folder_.path() / "no"), FailsWith(ErrorCode::file_unwritable));
}

TEST_F(PosixFileSystemTest, LockedBytesAreAnothersUntilTheFileIsClosed) {
  auto first = open("f");
  const auto second = open("f");
  ASSERT_TRUE(first->try_lock(10, 5).value_or(false));
  EXPECT_FALSE(second->try_lock(14, 5).value_or(true));
  EXPECT_TRUE(second->try_lock(15, 5).value_or(false));
  open("f");  // closing yet another one changes nothing
  EXPECT_FALSE(second->try_lock(10, 1).value_or(true));
  first.reset();
  EXPECT_TRUE(second->try_lock(10, 1).value_or(false));
}

}  // namespace
}  // namespace rakkan
