// TLS, with `openssl s_server` at the other end: whose certificate is trusted for https.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "rakkan/crypto/system_random.hpp"
#include "rakkan/fetch/tsa_client.hpp"
#include "support/eventually.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;

// Serves TLS on a loopback port of the system's choice. It never answers a POST: a client that gets as far as asking
// times out.
class SilentTlsServer {
 public:
  SilentTlsServer(std::string certificate, std::string key) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipe");
    }
    std::vector<std::string> words{
        "openssl", "s_server",    "-accept", "127.0.0.1:0", "-www", "-cert", std::move(certificate),
        "-key",    std::move(key)};
    std::vector<char*> arguments;
    for (std::string& word : words) {
      arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    const int failed = ::posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    port_ = failed == 0 ? read_port(ends[0]) : "";
    output_ = ends[0];
  }
  SilentTlsServer(const SilentTlsServer&) = delete;
  SilentTlsServer& operator=(const SilentTlsServer&) = delete;
  ~SilentTlsServer() {
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
    ::close(output_);
  }
  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + port_ + "/"; }

 private:
  // "ACCEPT 127.0.0.1:12345"
  static std::string read_port(int output) {
    std::string text;
    char c = 0;
    while (::read(output, &c, 1) == 1) {
      if (c == '\n' && text.starts_with("ACCEPT ")) {
        return text.substr(text.rfind(':') + 1);
      }
      text = c == '\n' ? "" : text + c;
    }
    return {};
  }

  pid_t child_ = -1;
  int output_ = -1;
  std::string port_;
};

struct Tls : testing::Test {
  test::TemporaryFolder folder;
  crypto::SystemRandom random;

  [[nodiscard]] std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  void make_certificate(const std::string& name, const std::string& address) const {
    const auto made =
        test::run_command({"openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                           "-subj", "/CN=" + name, "-days", "2", "-addext", "subjectAltName=IP:" + address, "-keyout",
                           path(name + ".key"), "-out", path(name + ".pem")});
    ASSERT_EQ(made.exit_code, 0) << made.output;
  }
  Result<tsp::TimestampToken> ask(const std::string& served, const std::string& trusted,
                                  std::chrono::milliseconds timeout = test::kPatience) {
    const SilentTlsServer server(path(served + ".pem"), path(served + ".key"));
    return TsaClient({.url = server.url(),
                      .timeout = timeout,
                      .connect_timeout = test::kPatience,
                      .max_response = 1024,
                      .ca_file = path(trusted + ".pem")},
                     random)
        .timestamp(crypto::digest(crypto::DigestAlgorithm::sha256, {}));
  }
};

TEST_F(Tls, AsksAServerThatTheCaFileKnows) {
  make_certificate("right", "127.0.0.1");
  EXPECT_THAT(ask("right", "right", 3s), FailsWith(ErrorCode::tsa_timeout));
}

TEST_F(Tls, AsksNoServerThatTheCaFileDoesNotKnow) {
  make_certificate("right", "127.0.0.1");
  make_certificate("other", "127.0.0.1");
  EXPECT_THAT(ask("other", "right"), FailsWith(ErrorCode::tsa_unreachable));
}

TEST_F(Tls, AsksNoServerOfAnotherName) {
  make_certificate("elsewhere", "127.0.0.2");
  EXPECT_THAT(ask("elsewhere", "elsewhere"), FailsWith(ErrorCode::tsa_unreachable));
}

}  // namespace
}  // namespace rakkan::fetch
