#include "rakkan/store/data_folder.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::store {
namespace {

using test::FailsWith;
using test::IsOk;
using test::TemporaryFolder;
using ::testing::HasSubstr;

// A child that holds the lock until it is killed.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& folder) {
    int ends[2];
    if (::pipe(ends) != 0) {
      return;
    }
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto locked = DataFolder::lock(folder);
      const char ready = locked ? 'y' : 'n';
      (void)!::write(ends[1], &ready, 1);
      ::pause();
      ::_exit(0);
    }
    char ready = 'n';
    locked_ = ::read(ends[0], &ready, 1) == 1 && ready == 'y';
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { kill(); }

  void kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      pid_ = -1;
    }
  }
  [[nodiscard]] bool locked() const { return locked_; }
  [[nodiscard]] std::string pid() const { return std::to_string(pid_); }

 private:
  pid_t pid_ = -1;
  bool locked_ = false;
};

TEST(DataFolder, SecondProcessLearnsWhoHasItAndThatThereIsServer) {
  TemporaryFolder folder;
  const Holder holder(folder.path());
  ASSERT_TRUE(holder.locked());
  const Result<DataFolder> second = DataFolder::lock(folder.path());
  ASSERT_THAT(second, FailsWith(ErrorCode::data_folder_in_use));
  EXPECT_THAT(second.error().detail, HasSubstr("process " + holder.pid() + " "));
  EXPECT_THAT(second.error().detail, HasSubstr("--server"));
}

TEST(DataFolder, KilledProcessLeavesNoStaleLock) {
  TemporaryFolder folder;
  Holder holder(folder.path());
  ASSERT_TRUE(holder.locked());
  holder.kill();
  EXPECT_THAT(DataFolder::lock(folder.path()), IsOk());
}

TEST(DataFolder, IsFreeAgainWhenItIsGivenUp) {
  TemporaryFolder folder;
  auto first = DataFolder::lock(folder.path());
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(DataFolder::lock(folder.path()), FailsWith(ErrorCode::data_folder_in_use));
  {
    const DataFolder moved = *std::move(first);
    EXPECT_THAT(DataFolder::lock(folder.path()), FailsWith(ErrorCode::data_folder_in_use)) << "moving keeps it";
  }
  EXPECT_THAT(DataFolder::lock(folder.path()), IsOk());
}

TEST(DataFolder, NewFolderIsForItsOwnerAlone) {
  TemporaryFolder parent;
  const auto folder = parent.path() / "data";
  ASSERT_THAT(DataFolder::lock(folder), IsOk());
  struct stat status{};
  ASSERT_EQ(::stat(folder.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST(DataFolder, FileInItsPlaceIsNamed) {
  TemporaryFolder parent;
  std::ofstream(parent.path() / "data") << "x";
  const Result<DataFolder> locked = DataFolder::lock(parent.path() / "data");
  ASSERT_THAT(locked, FailsWith(ErrorCode::file_unwritable));
  EXPECT_THAT(locked.error().where, HasSubstr("data"));
}

}  // namespace
}  // namespace rakkan::store
