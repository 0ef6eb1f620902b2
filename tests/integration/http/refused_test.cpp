// Connections that are refused as they are taken: whoever sends the whole request before reading is told why all the
// same, and nobody holds the server's descriptors by it.
#include <gmock/gmock.h>
#include <grp.h>
#include <sys/wait.h>

#include <filesystem>

#include "support/http_server_fixture.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;
using test::RawAnswer;
using test::RawHttpClient;

constexpr int kTries = 40;
constexpr uid_t kNobody = 65'534;

// A request that fills the sockets' buffers several times over.
std::string large_request() {
  constexpr std::size_t kBody = 3U << 20;
  return "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kBody) + "\r\n\r\n" +
         std::string(kBody, 'x');
}

class HttpRefused : public test::HttpServerFixture {
 protected:
  HttpRefused() {
    options_.listen.threads = 1;
    options_.timeouts.idle = options_.timeouts.header = options_.timeouts.stall = 60s;
    options_.limits.address_connections = 1;
  }
  // The one connection that the address may have.
  RawHttpClient take_the_place() {
    RawHttpClient client = connect();
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.answer().status, 200U);
    return client;
  }
};

TEST_F(HttpRefused, ReadsTheAnswerAfterItsWholeRequest) {
  start();
  const RawHttpClient only = take_the_place();
  const std::string request = large_request();
  for (int i = 0; i < kTries; ++i) {
    RawHttpClient refused = connect();
    EXPECT_TRUE(refused.send(request)) << "the server did not take what was sent, " << i;
    const RawAnswer answer = refused.answer();
    EXPECT_EQ(answer.status, 503U) << i;
    EXPECT_TRUE(answer.whole) << i;
    EXPECT_TRUE(refused.is_closed());
  }
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// A hundred callers, none of which closes its connection.
TEST_F(HttpRefused, HoldsNoMoreConnectionsThanAFew) {
  start();
  const RawHttpClient only = take_the_place();
  const std::size_t before = open_descriptors();
  std::vector<RawHttpClient> refused;
  for (int i = 0; i < 100; ++i) {
    refused.push_back(connect());
    EXPECT_EQ(refused.back().answer().status, 503U);
  }
  EXPECT_LE(open_descriptors(), before + refused.size() + kRefusedAtOnce + 1);
}

// A caller that neither reads nor closes is not waited for.
TEST_F(HttpRefused, IsNotKeptForLong) {
  start();
  const RawHttpClient only = take_the_place();
  RawHttpClient refused = connect();
  EXPECT_TRUE(soon([&] { return !refused.send("x"); }));
}

TEST_F(HttpRefused, DoesNotKeepTheServerFromEnding) {
  start();
  const RawHttpClient only = take_the_place();
  const RawHttpClient refused = connect();
  EXPECT_TRUE(soon([&] { return !observer_.errors().empty(); }));
  server_.reset();
  EXPECT_EQ(server_, nullptr);
}

class LocalUserRefused : public HttpRefused {
 protected:
  LocalUserRefused() {
    std::filesystem::permissions(folder_.path(),
                                 std::filesystem::perms::others_exec | std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    options_.local_socket = folder_.path() / "s";
  }
  test::TemporaryFolder folder_;
};

// A child that is somebody else; how often it was told no decides the exit code.
TEST_F(LocalUserRefused, ReadsTheAnswerAfterItsWholeRequest) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can be another user";
  }
  start();
  std::filesystem::permissions(options_.local_socket, std::filesystem::perms::all);
  const std::string request = large_request();
  const pid_t child = ::fork();
  if (child == 0) {
    int told = 0;
    try {
      if (::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0) {
        for (int i = 0; i < kTries; ++i) {
          RawHttpClient client(options_.local_socket.string());
          told += client.send(request) && client.answer().status == 403U ? 1 : 0;
        }
      }
    } catch (const std::exception&) {
      told = -1;
    }
    ::_exit(told == kTries ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace rakkan::http
