#include "rakkan/base/permissions.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rakkan/base/file.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan {
namespace {

namespace fs = std::filesystem;
using test::FailsWith;
using test::IsOk;
using testing::HasSubstr;

constexpr uid_t kSomebodyElse = 54'321;

class Permissions : public testing::Test {
 protected:
  fs::path file(const std::string& name, mode_t mode) {
    const fs::path path = folder_.path() / name;
    EXPECT_THAT(write_file_atomically(path, {bytes_of("1234")}), IsOk());
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  static std::string refusal(const Result<void>& checked) {
    EXPECT_THAT(checked, FailsWith(ErrorCode::permissions_unsafe));
    return checked ? std::string() : checked.error().detail;
  }
  test::TemporaryFolder folder_;
};

TEST_F(Permissions, NobodyElseMayWriteWhoeverMayRead) {
  for (const Readers readers : {Readers::owner, Readers::group, Readers::everybody}) {
    for (const mode_t mode : {0620, 0602, 0622, 0666, 0777}) {
      EXPECT_THAT(refusal(check_permissions(file("a", mode), readers)), HasSubstr("may write it"));
    }
    EXPECT_THAT(check_permissions(file("a", 0600), readers), IsOk());
    EXPECT_THAT(check_permissions(file("a", 0400), readers), IsOk());
  }
}

TEST_F(Permissions, OthersReadAsFarAsItIsAllowed) {
  EXPECT_THAT(check_permissions(file("a", 0644), Readers::everybody), IsOk());
  EXPECT_THAT(check_permissions(file("a", 0640), Readers::group), IsOk());
  EXPECT_THAT(refusal(check_permissions(file("a", 0644), Readers::group)), HasSubstr("may read it"));
  EXPECT_THAT(refusal(check_permissions(file("a", 0640), Readers::owner)), HasSubstr("may read it"));
  EXPECT_THAT(refusal(check_permissions(file("a", 0601), Readers::owner)), HasSubstr("may read it"));
}

TEST_F(Permissions, TheCommandThatMendsItIsNamed) {
  const fs::path plain = file("plain", 0666);
  EXPECT_THAT(refusal(check_permissions(plain, Readers::owner)), testing::EndsWith(": chmod 0600 " + plain.string()));
  EXPECT_THAT(refusal(check_permissions(plain, Readers::group)), HasSubstr("chmod 0640 "));
  EXPECT_THAT(refusal(check_permissions(plain, Readers::everybody)), HasSubstr("chmod 0644 "));
  const fs::path odd = file("it's a $file", 0666);
  EXPECT_THAT(refusal(check_permissions(odd, Readers::owner)), HasSubstr("/it'\\''s a $file'"));
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0777), 0);
  EXPECT_THAT(refusal(check_permissions(folder_.path(), Readers::everybody)),
              HasSubstr("chmod 0700 " + folder_.path().string()));
  EXPECT_EQ(check_permissions(folder_.path(), Readers::everybody).error().where, folder_.path().string());
}

TEST_F(Permissions, ALinkIsJudgedByWhatItNamesAndNothingByNothing) {
  fs::create_symlink(file("target", 0666), folder_.path() / "link");
  EXPECT_THAT(refusal(check_permissions(folder_.path() / "link", Readers::everybody)), HasSubstr("may write it"));
  EXPECT_THAT(check_permissions(folder_.path() / "none", Readers::owner), IsOk());
  EXPECT_THAT(check_secret_file(folder_.path() / "none"), IsOk());
}

TEST_F(Permissions, AnotherUsersFilesAreRefused) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root gives files away";
  }
  const fs::path given = file("given", 0600);
  ASSERT_EQ(::chown(given.c_str(), kSomebodyElse, kSomebodyElse), 0);
  EXPECT_THAT(refusal(check_permissions(given, Readers::owner)),
              testing::EndsWith("user 54321 and has to be user 0's: chown 0 " + given.string()));
  EXPECT_THAT(check_permissions(given, Readers::owner, {this_user(), kSomebodyElse}), IsOk());
  EXPECT_THAT(read_secret_file(given), FailsWith(ErrorCode::permissions_unsafe)) << "a PIN's";
  EXPECT_THAT(check_secret_file(given), FailsWith(ErrorCode::permissions_unsafe));
  // A service's own file in the service's own folder: root does its work there.
  ASSERT_EQ(::chown(folder_.path().c_str(), kSomebodyElse, kSomebodyElse), 0);
  EXPECT_THAT(read_secret_file(given), IsOk());
}

TEST_F(Permissions, NewFoldersAndFilesArePrivateUnderAnyUmask) {
  for (const mode_t mask : {0000, 0777}) {
    const fs::path outer = folder_.path() / ("mask " + std::to_string(mask));
    const mode_t before = ::umask(mask);
    const Result<void> made = make_private_folder(outer / "inner" / "");
    const Result<void> written = write_file_atomically(outer / "inner" / "secret", {bytes_of("x")}, true);
    ::umask(before);
    ASSERT_THAT(made, IsOk());
    ASSERT_THAT(written, IsOk());
    for (const fs::path& folder : {outer, outer / "inner"}) {
      EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all) << folder;
    }
    EXPECT_EQ(fs::status(outer / "inner" / "secret").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
}

}  // namespace
}  // namespace rakkan
