// Results that cannot be given out. Standard output is the test's own: here writing of files fails.
#include <filesystem>

#include "cli/output.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;
using test::FailsWith;
using test::IsOk;
using ::testing::HasSubstr;

class Deliver : public ::testing::Test {
 protected:
  [[nodiscard]] Outcome outcome(std::vector<Document> documents, Result<std::string> undone = std::string("undone")) {
    return {{}, "", ExitCode::ok, std::move(documents), [this, undone] {
              ++taken_back_;
              return undone;
            }};
  }
  test::TemporaryFolder temporary_;
  int taken_back_ = 0;
};

TEST_F(Deliver, WritesEveryDocument) {
  const fs::path one = temporary_.path() / "one";
  const fs::path two = temporary_.path() / "two";
  EXPECT_THAT(deliver(outcome({Document::of(one, "1"), Document::secret_line(two, "2")}), false), IsOk());
  EXPECT_EQ(fs::file_size(two), 2U);
  EXPECT_EQ(fs::status(two).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(taken_back_, 0);
}

TEST_F(Deliver, TakesBackWhatCannotBeGivenOut) {
  const fs::path secret = temporary_.path() / "secret";
  const fs::path open = temporary_.path() / "open";
  const auto failed = deliver(outcome({Document::secret_line(secret, "s"), Document::of(open, "o"),
                                       Document::of(temporary_.path() / "none" / "x", "x")}),
                              false);
  ASSERT_THAT(failed, FailsWith(ErrorCode::file_unwritable));
  EXPECT_THAT(failed.error().detail, HasSubstr("; undone"));
  EXPECT_EQ(taken_back_, 1);
  EXPECT_FALSE(fs::exists(secret)) << "it is no good any more";
  EXPECT_TRUE(fs::exists(open));
}

TEST_F(Deliver, SaysWhenItCouldNotBeTakenBack) {
  const auto failed = deliver(outcome({Document::of(temporary_.path() / "none" / "x", "x")},
                                      fail(ErrorCode::audit_unavailable, "the disk is full")),
                              false);
  ASSERT_THAT(failed, FailsWith(ErrorCode::file_unwritable));
  EXPECT_THAT(failed.error().detail, HasSubstr("could not be taken back"));
  ASSERT_EQ(failed.error().causes.size(), 1U);
  EXPECT_EQ(failed.error().causes[0].code, ErrorCode::audit_unavailable);
}

TEST_F(Deliver, StandardOutputTakesOneDocument) {
  EXPECT_THAT(deliver(outcome({Document::of("-", "a"), Document::of("-", "b")}), false),
              FailsWith(ErrorCode::invalid_argument));
  EXPECT_EQ(taken_back_, 1);
}

}  // namespace
}  // namespace rakkan::cli
