// A command's reading of a server's answers.
#include "cli/remote.hpp"

#include <gmock/gmock.h>

#include <mutex>

#include "support/loopback_server.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::cli {
namespace {

using test::FailsWith;
using test::IsOk;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kProblem = "Content-Type: application/problem+json\r\n";

std::string busy() {
  return test::http_answer("503 Service Unavailable", R"({"code":"overloaded","detail":"the queue is full"})",
                           std::string(kProblem) + "Retry-After: 0\r\n");
}
std::string done() { return test::http_answer("200 OK", "{}", "Content-Type: application/json\r\n"); }

// The value of a header field in each request, "" where it is missing.
std::string field_of(const std::string& head, std::string_view name) {
  const std::string start = "\r\n" + std::string(name) + ": ";
  const std::size_t at = head.find(start);
  return at == std::string::npos ? "" : head.substr(at + start.size(), head.find("\r\n", at + 2) - at - start.size());
}

// Gives the answers one after another, the last one for ever.
class Server {
 public:
  explicit Server(std::vector<std::string> answers)
      : answers_(std::move(answers)), server_([this](const auto& client) {
          const std::lock_guard lock(mutex_);
          heads_.push_back(client.head);
          client.send(answers_[std::min(heads_.size(), answers_.size()) - 1]);
        }) {}

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::vector<std::string> fields(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> values;
    for (const std::string& head : heads_) {
      values.push_back(field_of(head, name));
    }
    return values;
  }

 private:
  std::vector<std::string> answers_;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  test::LoopbackServer server_;
};

Result<fetch::HttpResponse> ask(const Server& server, const RemoteRequest& request, const RemoteOptions& more = {}) {
  RemoteOptions options = more;
  options.server = server.url() + "/";
  RAKKAN_TRY(const Remote remote, Remote::open(options));
  return remote.ask(request);
}

RemoteRequest signing(Repeat repeat = Repeat::by_key) {
  return {"POST", "/v1/cms", "application/json", "application/json", {bytes_of("{}")}, repeat, 1024};
}

TEST(Remote, AProblemIsTheErrorThatItNames) {
  const Server server({test::http_answer(
      "423 Locked", R"({"type":"/problems/pin-locked","code":"pin-locked","detail":"five failures","where":"party-a"})",
      kProblem)});
  const auto answer = ask(server, signing());
  ASSERT_THAT(answer, FailsWith(ErrorCode::pin_locked));
  EXPECT_EQ(answer.error().detail, "five failures");
  EXPECT_EQ(answer.error().where, "party-a");
  EXPECT_EQ(row(answer.error().code).exit_code, ExitCode::refused);
  EXPECT_EQ(server.fields("Host").size(), 1U) << "what will not succeed is not tried again";
}

TEST(Remote, TriesAgainUnderTheSameKeyWhatTheServerWasTooBusyFor) {
  const Server server({busy(), busy(), done()});
  EXPECT_THAT(ask(server, signing()), IsOk());
  const auto keys = server.fields("Idempotency-Key");
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_THAT(keys, testing::Each(keys[0]));
  EXPECT_EQ(keys[0].size(), 32U);
}

TEST(Remote, EachCommandHasAKeyOfItsOwn) {
  const Server server({done()});
  EXPECT_THAT(ask(server, signing()), IsOk());
  EXPECT_THAT(ask(server, signing()), IsOk());
  const auto keys = server.fields("Idempotency-Key");
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_NE(keys[0], keys[1]);
}

TEST(Remote, RepeatsNothingThatWouldBeDoneTwice) {
  const Server server({busy(), done()});
  EXPECT_THAT(ask(server, signing(Repeat::never)), FailsWith(ErrorCode::overloaded));
  EXPECT_EQ(server.fields("Host").size(), 1U);
}

TEST(Remote, WaitsAsLongAsTheServerAsks) {
  const Server server({test::http_answer("503 Service Unavailable", R"({"code":"overloaded"})",
                                         std::string(kProblem) + "Retry-After: 1\r\n"),
                       done()});
  const auto before = std::chrono::steady_clock::now();
  EXPECT_THAT(ask(server, signing()), IsOk());
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::seconds(1));
}

TEST(Remote, DoesNotWaitForAServerThatAsksForTooMuch) {
  const Server server({test::http_answer("503 Service Unavailable", R"({"code":"overloaded"})",
                                         std::string(kProblem) + "Retry-After: 3600\r\n")});
  const auto answer = ask(server, signing());
  ASSERT_THAT(answer, FailsWith(ErrorCode::overloaded));
  EXPECT_EQ(answer.error().retry_after, std::chrono::hours(1));
  EXPECT_EQ(server.fields("Host").size(), 1U);
}

TEST(Remote, AnAnswerThatIsNoProblemDocumentIsNamedByItsStatus) {
  for (const std::string& answer :
       {test::http_answer("502 Bad Gateway", "<html>", "Content-Type: text/html\r\n"),
        test::http_answer("500 Internal Server Error", "{", kProblem),
        test::http_answer("500 Internal Server Error", "[1]", kProblem), test::http_answer("404 Not Found", "")}) {
    const Server server({answer});
    EXPECT_THAT(ask(server, signing()), FailsWith(ErrorCode::malformed_server_answer)) << answer;
  }
}

TEST(Remote, AProblemThatThisProgramDoesNotKnowKeepsItsName) {
  const Server server({test::http_answer("418 Teapot", R"({"code":"short-and-stout","detail":"x"})", kProblem)});
  const auto answer = ask(server, signing());
  ASSERT_THAT(answer, FailsWith(ErrorCode::malformed_server_answer));
  EXPECT_THAT(answer.error().detail, HasSubstr("short-and-stout"));
}

TEST(Remote, TakesNoAnswerOfAnotherType) {
  const Server server({test::http_answer("200 OK", "<html>", "Content-Type: text/html\r\n")});
  EXPECT_THAT(ask(server, signing()), FailsWith(ErrorCode::malformed_server_answer));
}

TEST(Remote, SendsTheApiKeyOfAFileThatIsTheOwnersAlone) {
  const test::TemporaryFolder folder;
  const auto file = test::write_bytes(folder.path() / "key", bytes_of("rkn_1_secret\n"));
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  const Server server({done()});
  RemoteOptions options;
  options.api_key_file = file;
  EXPECT_THAT(ask(server, signing(), options), IsOk());
  EXPECT_THAT(server.fields("Authorization"), ElementsAre("Bearer rkn_1_secret"));

  std::filesystem::permissions(file, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_THAT(ask(server, signing(), options), FailsWith(ErrorCode::permissions_unsafe));
}

TEST(Remote, AServerThatIsNotThereIsUnreachable) {
  std::string url;
  {
    const test::LoopbackServer gone([](const auto&) {});
    url = gone.url();
  }
  RemoteOptions options;
  options.server = url;
  const auto remote = Remote::open(options);
  ASSERT_THAT(remote, IsOk());
  const auto answer = remote->ask(signing(Repeat::never));
  ASSERT_THAT(answer, FailsWith(ErrorCode::server_unreachable));
  EXPECT_EQ(answer.error().where, url);
}

}  // namespace
}  // namespace rakkan::cli
