#include "cli/new_files.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

class NewFilesTest : public ::testing::Test {
 protected:
  void write(const std::string& name) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "x";
  }
  test::TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path() / "a" / "b";
};

TEST_F(NewFilesTest, LeaveNoTraceOfAFolderThatWasNotThere) {
  {
    const NewFiles files(folder_);
    write("c/d");
  }
  EXPECT_TRUE(fs::is_empty(temporary_.path()));
}

TEST_F(NewFilesTest, LeaveWhatWasThere) {
  write("old/one");
  {
    const NewFiles files(folder_);
    write("old/two");
    write("new/three");
  }
  EXPECT_TRUE(fs::exists(folder_ / "old/one"));
  EXPECT_FALSE(fs::exists(folder_ / "old/two"));
  EXPECT_FALSE(fs::exists(folder_ / "new"));
}

TEST_F(NewFilesTest, AreKeptWhenToldSo) {
  {
    NewFiles files(folder_);
    write("c/d");
    files.keep();
  }
  EXPECT_TRUE(fs::exists(folder_ / "c/d"));
}

TEST_F(NewFilesTest, SpareWhatIsNeededElsewhere) {
  {
    NewFiles files(folder_);
    write("pins/one");
    write("pins/two");
    files.spare(folder_ / "pins/one");
  }
  EXPECT_TRUE(fs::exists(folder_ / "pins/one"));
  EXPECT_FALSE(fs::exists(folder_ / "pins/two"));
}

}  // namespace
}  // namespace rakkan::cli
