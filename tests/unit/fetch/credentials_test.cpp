#include "rakkan/fetch/credentials.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "rakkan/base/file.hpp"
#include "rakkan/fetch/rate_budget.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::IsOk;

class CredentialsTest : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  std::string write(const std::string& name, std::string_view text) {
    const auto path = folder.path() / name;
    EXPECT_THAT(write_file_atomically(path, {bytes_of(text)}, true), IsOk());
    return path.string();
  }
  static CredentialFiles basic(std::string file) {
    CredentialFiles files;
    files.basic = std::move(file);
    return files;
  }
  static CredentialFiles bearer(std::string file) {
    CredentialFiles files;
    files.bearer = std::move(file);
    return files;
  }
};

TEST_F(CredentialsTest, AreReadFromFiles) {
  ASSERT_OK_AND_ASSIGN(const auto password, Credentials::read(basic(write("a", "user:pa:ss\n"))));
  EXPECT_EQ(password->authorization.text(), "Basic dXNlcjpwYTpzcw==");
  ASSERT_OK_AND_ASSIGN(const auto token, Credentials::read(bearer(write("b", "abc.def\n"))));
  EXPECT_EQ(token->authorization.text(), "Bearer abc.def");
  ASSERT_OK_AND_ASSIGN(const auto none, Credentials::read({}));
  EXPECT_EQ(none, nullptr);
}

TEST_F(CredentialsTest, OfAFileThatOthersMayReadAreRefused) {
  const std::string file = write("a", "user:pass");
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_THAT(Credentials::read(basic(file)), FailsWith(ErrorCode::permissions_unsafe));
  EXPECT_THAT(check_credentials(basic(file), "https://tsa.example/"), FailsWith(ErrorCode::permissions_unsafe));
}

TEST_F(CredentialsTest, ThatAreNoneAreRefused) {
  EXPECT_THAT(Credentials::read(basic(write("a", "nobody"))), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(Credentials::read(basic(write("b", "a:b\r\nX-Admin: 1"))), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(Credentials::read(bearer(write("c", "two words"))), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(Credentials::read(bearer(write("d", ""))), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(Credentials::read(basic((folder.path() / "none").string())), FailsWith(ErrorCode::file_unreadable));
}

TEST_F(CredentialsTest, ExcludeAndNeedEachOther) {
  CredentialFiles both = basic(write("a", "a:b"));
  both.bearer = write("b", "c");
  EXPECT_THAT(Credentials::read(both), FailsWith(ErrorCode::configuration_invalid));
  CredentialFiles half;
  half.client_certificate = write("c", "PEM");
  EXPECT_THAT(Credentials::read(half), FailsWith(ErrorCode::configuration_invalid));
}

TEST_F(CredentialsTest, AreShownOverHttpsOrOnThisMachineAlone) {
  const CredentialFiles files = basic(write("a", "a:b"));
  EXPECT_THAT(check_credentials(files, "https://tsa.example/"), IsOk());
  EXPECT_THAT(check_credentials(files, "http://127.0.0.1:80/"), IsOk());
  EXPECT_THAT(check_credentials(files, "http://[::1]:80/"), IsOk());
  EXPECT_THAT(check_credentials(files, "http://tsa.example/"), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(check_credentials(files, "http://localhost/"), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(check_credentials({}, "http://tsa.example/"), IsOk());
}

std::chrono::steady_clock::time_point fake_time{};  // of the budgets below

TEST(RateBudget, GrantsSoManyRequestsInAPeriod) {
  fake_time = std::chrono::steady_clock::time_point(1h);
  RateBudget budget(2, 60s, []() noexcept { return fake_time; });
  EXPECT_EQ(budget.left(), 2U);
  EXPECT_THAT(budget.take(), IsOk());
  fake_time += 10s;
  EXPECT_THAT(budget.take(), IsOk());
  EXPECT_EQ(budget.left(), 0U);
  const auto spent = budget.take();
  ASSERT_THAT(spent, FailsWith(ErrorCode::tsa_budget_spent));
  EXPECT_EQ(spent.error().retry_after, 50s);
  fake_time += 50s;
  EXPECT_EQ(budget.left(), 2U);
  EXPECT_THAT(budget.take(), IsOk());
  EXPECT_EQ(budget.left(), 1U);
}

TEST(RateBudget, WithoutALimitHasNone) {
  RateBudget budget(0, 60s);
  EXPECT_THAT(budget.take(), IsOk());
  EXPECT_EQ(budget.left(), std::nullopt);
}

}  // namespace
}  // namespace rakkan::fetch
