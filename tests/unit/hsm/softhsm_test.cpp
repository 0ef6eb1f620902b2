// SoftHSM's configuration for a folder's tokens.
#include "rakkan/hsm/softhsm.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::hsm {
namespace {

namespace fs = std::filesystem;
using test::FailsWith;
using test::IsOk;
using ::testing::HasSubstr;

class SoftHsmFolder : public ::testing::Test {
 protected:
  SoftHsmFolder() : before_(configuration()) {}
  // The other tests of this program have tokens of their own.
  ~SoftHsmFolder() override { ::setenv("SOFTHSM2_CONF", before_.c_str(), 1); }

  static std::string configuration() {
    const char* const name = std::getenv("SOFTHSM2_CONF");
    return name != nullptr ? name : "";
  }
  static std::string text_in(const fs::path& file) {
    std::ostringstream all;
    all << std::ifstream(file).rdbuf();
    return all.str();
  }
  static void write(const fs::path& folder, const std::string& text) {
    std::ofstream(folder / kSoftHsmConfiguration) << text;
  }
  [[nodiscard]] fs::path folder(const std::string& name) const {
    const fs::path made = temporary_.path() / name;
    fs::create_directories(made / "tokens");
    return made;
  }

  test::TemporaryFolder temporary_;

 private:
  const std::string before_;
};

TEST_F(SoftHsmFolder, IsNamedByAnAbsolutePathWhereverItIs) {
  const fs::path first = folder("first");
  ASSERT_THAT(make_softhsm_folder(first), IsOk());
  EXPECT_THAT(text_in(first / kSoftHsmConfiguration), HasSubstr("directories.tokendir = tokens\n"));
  ASSERT_THAT(use_softhsm_folder(first), IsOk());
  EXPECT_THAT(text_in(configuration()), HasSubstr("directories.tokendir = " + (first / "tokens").string() + "\n"));
  EXPECT_THAT(text_in(configuration()), HasSubstr("slots.removable = false"));

  const fs::path moved = temporary_.path() / "moved";
  fs::rename(first, moved);
  ASSERT_THAT(use_softhsm_folder(moved), IsOk());
  EXPECT_THAT(text_in(configuration()), HasSubstr("directories.tokendir = " + (moved / "tokens").string() + "\n"));
}

TEST_F(SoftHsmFolder, WithoutAConfigurationTheEnvironmentStays) {
  ::setenv("SOFTHSM2_CONF", "/somewhere", 1);
  ASSERT_THAT(use_softhsm_folder(folder("bare")), IsOk());
  EXPECT_EQ(configuration(), "/somewhere");
}

TEST_F(SoftHsmFolder, AnAbsolutePathOfItsOwnIsAsGood) {
  const fs::path old = folder("old");
  write(old, "directories.tokendir = " + (old / "tokens").string() + "\n");
  ASSERT_THAT(use_softhsm_folder(old), IsOk());
  EXPECT_THAT(text_in(configuration()), HasSubstr((old / "tokens").string()));
}

TEST_F(SoftHsmFolder, TokensOfAnotherFolderAreRefused) {
  const fs::path original = folder("original");
  const fs::path copy = folder("copy");
  const std::string text =
      "# ours\n  directories.tokendir=" + (original / "tokens").string() + "   # where\nlog.level = INFO";
  write(copy, text);
  EXPECT_THAT(use_softhsm_folder(copy), FailsWith(ErrorCode::data_folder_copied));
  fs::remove_all(original);
  EXPECT_THAT(use_softhsm_folder(copy), FailsWith(ErrorCode::data_folder_copied)) << "they may have been moved";
  ASSERT_THAT(use_softhsm_folder(copy, TokenPath::own_whatever), IsOk());
  EXPECT_THAT(text_in(configuration()),
              HasSubstr("directories.tokendir=" + (copy / "tokens").string() + "   # where\n"));

  ASSERT_THAT(make_token_path_relative(copy), IsOk());
  EXPECT_EQ(text_in(copy / kSoftHsmConfiguration), "# ours\n  directories.tokendir=tokens   # where\nlog.level = INFO");
  EXPECT_THAT(use_softhsm_folder(copy), IsOk());
}

TEST_F(SoftHsmFolder, TokensThatAreKeptElsewhereOnPurposeStayThere) {
  const fs::path bare = temporary_.path() / "bare";
  fs::create_directories(bare);
  write(bare, "directories.tokendir = /var/lib/softhsm/tokens\n");
  ASSERT_THAT(use_softhsm_folder(bare), IsOk());
  EXPECT_THAT(text_in(configuration()), HasSubstr("directories.tokendir = /var/lib/softhsm/tokens\n"));
  ASSERT_THAT(make_token_path_relative(bare), IsOk());
  EXPECT_THAT(text_in(bare / kSoftHsmConfiguration), HasSubstr("/var/lib/softhsm/tokens"));
}

TEST_F(SoftHsmFolder, AFileThatDoesNotSayWhereIsRefused) {
  const fs::path wrong = folder("wrong");
  for (const char* text :
       {"", "# directories.tokendir = tokens\n", "directories.tokendir =\n", "objectstore.backend = file"}) {
    write(wrong, text);
    EXPECT_THAT(use_softhsm_folder(wrong), FailsWith(ErrorCode::configuration_invalid)) << text;
  }
}

class SoftHsmToken : public SoftHsmFolder {
 protected:
  SoftHsmToken() {
    EXPECT_THAT(make_softhsm_folder(folder_), IsOk());
    fs::create_directories(token_);
    write_token("whole");
  }
  void write_token(const std::string& text) const { std::ofstream(token_ / "token.object") << text; }
  [[nodiscard]] std::string token() const { return text_in(token_ / "token.object"); }

  const fs::path folder_ = folder("own");
  const fs::path token_ = folder_ / "tokens" / "e838274b-90fe-c2d9-10b5-9e3c5459e07e";
};

// SoftHSM truncates the file at each login before it writes it again: what a process leaves that is killed then.
TEST_F(SoftHsmToken, AnEmptiedFileIsReplacedByItsCopy) {
  ASSERT_THAT(use_softhsm_folder(folder_), IsOk());
  EXPECT_EQ(token(), "whole");
  write_token("");
  ASSERT_THAT(use_softhsm_folder(folder_), IsOk());
  EXPECT_EQ(token(), "whole");
}

TEST_F(SoftHsmToken, TheCopyFollowsTheFile) {
  ASSERT_THAT(use_softhsm_folder(folder_), IsOk());
  write_token("with another PIN");
  ASSERT_THAT(use_softhsm_folder(folder_), IsOk());
  EXPECT_EQ(token(), "with another PIN");
  write_token("");
  ASSERT_THAT(use_softhsm_folder(folder_), IsOk());
  EXPECT_EQ(token(), "with another PIN");
  EXPECT_EQ(fs::status(token_ / "token.kept").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(SoftHsmToken, OneThatWasMadeSinceIsCopiedToo) {
  ASSERT_THAT(use_softhsm_folder(folder_), IsOk());
  const fs::path later = folder_ / "tokens" / "later";
  fs::create_directories(later);
  std::ofstream(later / "token.object") << "new";
  ASSERT_THAT(keep_softhsm_tokens(), IsOk());
  EXPECT_EQ(text_in(later / "token.kept"), "new");
}

TEST_F(SoftHsmToken, TokensElsewhereAreLeftAlone) {
  const fs::path other = temporary_.path() / "other";
  fs::create_directories(other);
  write(other, "directories.tokendir = " + (folder_ / "tokens").string() + "\n");
  ASSERT_THAT(use_softhsm_folder(other), IsOk());
  ASSERT_THAT(keep_softhsm_tokens(), IsOk());
  EXPECT_FALSE(fs::exists(token_ / "token.kept"));
}

TEST_F(SoftHsmToken, ACopyThatCannotBeMadeIsAnError) {
  fs::create_directories(token_ / "token.kept");
  EXPECT_THAT(use_softhsm_folder(folder_), FailsWith(ErrorCode::file_unreadable));
}

}  // namespace
}  // namespace rakkan::hsm
