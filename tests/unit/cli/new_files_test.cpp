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
  inline static const std::vector<std::string> kOwn{"c", "new", "old", "pins"};
  test::TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path() / "a" / "b";
};

TEST_F(NewFilesTest, LeaveNoTraceOfAFolderThatWasNotThere) {
  {
    const NewFiles files(folder_, kOwn);
    write("c/d");
  }
  EXPECT_TRUE(fs::is_empty(temporary_.path()));
}

TEST_F(NewFilesTest, LeaveWhatWasThere) {
  write("old/one");
  {
    const NewFiles files(folder_, kOwn);
    write("old/two");
    write("new/three");
  }
  EXPECT_TRUE(fs::exists(folder_ / "old/one"));
  EXPECT_FALSE(fs::exists(folder_ / "old/two"));
  EXPECT_FALSE(fs::exists(folder_ / "new"));
}

TEST_F(NewFilesTest, AreNotWhatSomebodyElseWritesMeanwhile) {
  write("letter");
  {
    const NewFiles files(folder_, kOwn);
    write("another letter");
    write("c/d");
  }
  EXPECT_TRUE(fs::exists(folder_ / "letter"));
  EXPECT_TRUE(fs::exists(folder_ / "another letter"));
  EXPECT_FALSE(fs::exists(folder_ / "c"));
}

TEST_F(NewFilesTest, AreKeptWhenToldSo) {
  {
    NewFiles files(folder_, kOwn);
    write("c/d");
    files.keep();
  }
  EXPECT_TRUE(fs::exists(folder_ / "c/d"));
}

TEST_F(NewFilesTest, SpareWhatIsNeededElsewhere) {
  {
    NewFiles files(folder_, kOwn);
    write("pins/one");
    write("pins/two");
    files.spare(folder_ / "pins/one");
  }
  EXPECT_TRUE(fs::exists(folder_ / "pins/one"));
  EXPECT_FALSE(fs::exists(folder_ / "pins/two"));
}

}  // namespace
}  // namespace rakkan::cli
