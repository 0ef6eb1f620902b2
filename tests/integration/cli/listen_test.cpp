// Two servers with data folders of their own and one address: the second one does not start.
#include <sys/wait.h>

#include "integration/cli/cli_fixture.hpp"
#include "rakkan/base/error_table.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/raw_http_client.hpp"
#include "support/server_process.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;

class Listen : public CliTest {
 protected:
  static void SetUpTestSuite() {
    CliTest::SetUpTestSuite();
    for (const char* name : {"first", "second"}) {
      const CommandOutcome made = run_command({RAKKAN_PROGRAM, "init", path(name)});
      ASSERT_EQ(made.exit_code, 0) << made.output;
    }
  }

  static std::vector<std::string> command(const std::string& folder, std::uint16_t port, std::uint16_t metrics,
                                          unsigned threads) {
    return {"/usr/bin/env",
            "RAKKAN_HTTP_PORT=" + std::to_string(port),
            "RAKKAN_METRICS_PORT=" + std::to_string(metrics),
            "RAKKAN_HTTP_THREADS=" + std::to_string(threads),
            RAKKAND_PROGRAM,
            "--config",
            path(folder + "/rakkan.toml")};
  }
  ServerProcess first(unsigned threads) const {
    std::vector<std::string> words = command("first", port_, metrics_, threads);
    const std::string program = words.front();
    words.erase(words.begin());
    auto started = ServerProcess::start(program, words, port_, path("first.log"));
    if (!started) {
      throw std::runtime_error(to_string(started.error()));
    }
    return std::move(*started);
  }
  // Starts the second server. One that listens, although it must not, is ended after kPatience: status 124.
  static CommandOutcome second(std::uint16_t port, std::uint16_t metrics, unsigned threads) {
    std::vector<std::string> words = command("second", port, metrics, threads);
    words.insert(words.begin(), {"timeout", std::to_string(kPatience.count())});
    return run_command(words);
  }
  static void expect_refused(const CommandOutcome& outcome, std::uint16_t port) {
    EXPECT_EQ(outcome.exit_code, static_cast<int>(ExitCode::usage)) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("address-in-use"));
    EXPECT_THAT(outcome.output, HasSubstr("127.0.0.1 port " + std::to_string(port)));
  }
  static bool answers(std::uint16_t port, const std::string& target) {
    RawHttpClient client(port);
    client.send("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return client.answer().status == 200;
  }

  static bool listens(std::uint16_t port) {
    try {
      const RawHttpClient client(port);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  // Called in a process of its own: starts a server and ends, by a signal or as by std::exit, which destroys nothing on
  // the stack. Status 2: there was no server.
  [[noreturn]] void end_with_a_server(bool by_signal) const {
    try {
      const ServerProcess server = first(1);
      if (by_signal) {
        ::kill(::getpid(), SIGKILL);
      }
      ::_exit(1);
    } catch (const std::exception&) {
      ::_exit(2);
    }
  }

  const std::uint16_t port_ = free_port();
  const std::uint16_t metrics_ = free_port();
};

TEST_F(Listen, ATakenPortIsAnErrorAtTheStart) {
  for (const unsigned threads : {1U, 4U}) {
    ServerProcess server = first(threads);
    expect_refused(second(port_, 0, threads), port_);
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(answers(port_, "/healthz"));
    }
    EXPECT_EQ(server.stop(), 0);
  }
}

TEST_F(Listen, SoIsThePortOfMetrics) {
  ServerProcess server = first(1);
  const std::uint16_t other = free_port();
  expect_refused(second(other, metrics_, 1), metrics_);
  EXPECT_TRUE(is_free(other));
  expect_refused(second(other, other, 1), other);  // one port for both
  EXPECT_TRUE(answers(metrics_, "/metrics"));
}

TEST_F(Listen, SoIsThePortOfAServerThatIsStopped) {
  for (const unsigned threads : {1U, 4U}) {
    ServerProcess server = first(threads);
    ::kill(server.pid(), SIGSTOP);
    expect_refused(second(port_, 0, threads), port_);
    expect_refused(second(free_port(), metrics_, threads), metrics_);
    ::kill(server.pid(), SIGCONT);
    EXPECT_TRUE(answers(port_, "/healthz"));
    EXPECT_EQ(server.stop(), 0);
  }
}

TEST_F(Listen, AServerThatIsGoneLeavesItsPort) {
  ServerProcess server = first(4);
  EXPECT_TRUE(answers(port_, "/healthz"));
  server.kill();
  ServerProcess again = first(4);
  EXPECT_EQ(again.stop(), 0);
}

// A server that a benchmark or a test started is not left behind, however they end.
TEST_F(Listen, AServerEndsWithWhoStartedIt) {
  for (const bool is_killed : {true, false}) {
    const pid_t starter = ::fork();
    if (starter == 0) {
      end_with_a_server(is_killed);
    }
    ASSERT_GT(starter, 0);
    int status = 0;
    ASSERT_EQ(::waitpid(starter, &status, 0), starter);
    ASSERT_EQ(is_killed ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 1, true)
        << "the server did not start";
    EXPECT_TRUE(eventually([&] { return !listens(port_); })) << "the server goes on without who started it";
  }
}

}  // namespace
}  // namespace rakkan::test
