#include "rakkan/base/file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "support/result_matchers.hpp"

namespace rakkan {
namespace {

using test::FailsWith;
using test::IsOk;
namespace fs = std::filesystem;

class FileTest : public ::testing::Test {
 protected:
  FileTest() {
    std::string pattern = (fs::temp_directory_path() / "rakkan-file-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~FileTest() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(FileTest, AtomicWriteReplacesTheWholeFile) {
  const fs::path path = folder_ / "a";
  ASSERT_THAT(write_file_atomically(path, {bytes_of("old")}), IsOk());
  ASSERT_THAT(write_file_atomically(path, {bytes_of("ne"), bytes_of("w")}), IsOk());
  ASSERT_OK_AND_ASSIGN(const Bytes content, read_file(path, 100));
  EXPECT_EQ(text_of(content), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "no temporary file stays";
}

TEST_F(FileTest, APipeIsWrittenToAndStaysAPipe) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR), 0);
  const int reader = ::open(pipe.c_str(), O_RDWR);  // there is a reader, so that nobody waits for one
  ASSERT_GE(reader, 0);
  EXPECT_THAT(write_file_atomically(pipe, {bytes_of("through")}), IsOk());
  EXPECT_TRUE(fs::is_fifo(pipe));
  std::array<char, 16> read{};
  EXPECT_EQ(::read(reader, read.data(), read.size()), 7);
  ::close(reader);
}

TEST_F(FileTest, MissingAndTooLargeFilesAreTypedErrors) {
  EXPECT_THAT(read_file(folder_ / "none", 10), FailsWith(ErrorCode::file_unreadable));
  EXPECT_THAT(MappedFile::open(folder_), FailsWith(ErrorCode::file_unreadable));
  ASSERT_THAT(write_file_atomically(folder_ / "a", {bytes_of("12345")}), IsOk());
  EXPECT_THAT(read_file(folder_ / "a", 4), FailsWith(ErrorCode::input_too_large));
  EXPECT_THAT(write_file_atomically(folder_ / "no" / "a", {bytes_of("x")}), FailsWith(ErrorCode::file_unwritable));
}

TEST_F(FileTest, SecretsLoseOneLineBreakAndMustBePrivate) {
  ASSERT_THAT(write_file_atomically(folder_ / "pin", {bytes_of("1234\n")}, true), IsOk());
  ASSERT_OK_AND_ASSIGN(const SecureBytes secret, read_secret_file(folder_ / "pin"));
  EXPECT_EQ(secret.text(), "1234");
  ASSERT_EQ(::chmod((folder_ / "pin").c_str(), 0644), 0);
  EXPECT_THAT(read_secret_file(folder_ / "pin"), FailsWith(ErrorCode::permissions_unsafe));
}

TEST_F(FileTest, AServiceCredentialMayHaveTheGroupBitsOfAnAccessControlList) {
  ASSERT_THAT(write_file_atomically(folder_ / "pin", {bytes_of("1234\n")}, true), IsOk());
  ASSERT_EQ(::chmod((folder_ / "pin").c_str(), 0440), 0);
  EXPECT_THAT(read_secret_file(folder_ / "pin"), FailsWith(ErrorCode::permissions_unsafe));
  ::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  EXPECT_THAT(read_secret_file(folder_ / "pin"), IsOk());
  ASSERT_EQ(::chmod((folder_ / "pin").c_str(), 0444), 0);
  EXPECT_THAT(read_secret_file(folder_ / "pin"), FailsWith(ErrorCode::permissions_unsafe));
  ::setenv("CREDENTIALS_DIRECTORY", "/elsewhere", 1);
  ASSERT_EQ(::chmod((folder_ / "pin").c_str(), 0440), 0);
  EXPECT_THAT(read_secret_file(folder_ / "pin"), FailsWith(ErrorCode::permissions_unsafe));
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(FileTest, PrivateFolderIsTheOwnersAloneUnlessItWasThere) {
  ASSERT_THAT(make_private_folder(folder_ / "new" / "inner"), IsOk());
  EXPECT_EQ(fs::status(folder_ / "new" / "inner").permissions(), fs::perms::owner_all);
  const fs::perms open = fs::perms::owner_all | fs::perms::others_read;
  fs::create_directory(folder_ / "old");
  fs::permissions(folder_ / "old", open);
  ASSERT_THAT(make_private_folder(folder_ / "old"), IsOk());
  EXPECT_EQ(fs::status(folder_ / "old").permissions(), open);
  ASSERT_THAT(write_file_atomically(folder_ / "file", {bytes_of("x")}), IsOk());
  EXPECT_THAT(make_private_folder(folder_ / "file" / "inner"), FailsWith(ErrorCode::file_unwritable));
}

TEST_F(FileTest, MappedFileShowsTheContent) {
  ASSERT_THAT(write_file_atomically(folder_ / "a", {bytes_of("content")}), IsOk());
  ASSERT_OK_AND_ASSIGN(const MappedFile file, MappedFile::open(folder_ / "a"));
  EXPECT_EQ(text_of(file.view()), "content");
}

}  // namespace
}  // namespace rakkan
