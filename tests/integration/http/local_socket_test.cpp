// The Unix socket of the operator's commands: its owner, its callers, and its name in the file system.
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "http/local_socket.hpp"
#include "rakkan/http/dispatch.hpp"
#include "support/http_server_fixture.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using http::LocalSocket;

constexpr uid_t kNobody = 65'534;

class HttpLocalSocket : public HttpServerFixture {
 protected:
  HttpLocalSocket() {
    fs::permissions(folder_.path(), fs::perms::others_exec | fs::perms::others_read, fs::perm_options::add);
    options_.local_socket = folder_.path() / "s";
  }
  [[nodiscard]] std::string path() const { return options_.local_socket.string(); }
  [[nodiscard]] RawHttpClient connect_locally() const { return RawHttpClient(path()); }
  [[nodiscard]] RawAnswer ask_locally(std::string_view request) const {
    RawHttpClient client = connect_locally();
    client.send(request);
    return client.answer();
  }
  // "user 0", or "network" for a caller over TCP.
  http::Router routes() override {
    http::Router router = HttpServerFixture::routes();
    router.add({http::Method::get, "/who", http::Scope::none, 0,
                [](http::Request& request) -> async::Task<Result<http::Response>> {
                  std::string text = to_string(request.peer);
                  text += request.local_user ? " user " + std::to_string(*request.local_user) : " network";
                  co_return http::Response::text(std::move(text));
                }});
    return router;
  }

  TemporaryFolder folder_;
};

constexpr std::string_view kWho = "GET /who HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n";

TEST_F(HttpLocalSocket, ServesItsOwnUserAndSaysSo) {
  options_.trusted_proxies = {"::1", "127.0.0.0/8"};
  start();
  EXPECT_EQ(ask_locally(kWho).body, "::1 user " + std::to_string(::geteuid())) << "no proxy speaks over the socket";
  EXPECT_EQ(ask("GET /who HTTP/1.1\r\nHost: x\r\n\r\n").body, "127.0.0.1 network");
}

TEST_F(HttpLocalSocket, IsItsOwnersAloneAndGoneAtTheEnd) {
  start();
  struct stat made{};
  ASSERT_EQ(::lstat(path().c_str(), &made), 0);
  EXPECT_TRUE(S_ISSOCK(made.st_mode));
  EXPECT_EQ(made.st_mode & 0777U, 0600U);
  server_.reset();
  EXPECT_NE(::lstat(path().c_str(), &made), 0);
}

TEST_F(HttpLocalSocket, ConnectionsCarryRequestAfterRequestAndBodies) {
  start();
  RawHttpClient client = connect_locally();
  for (int i = 0; i < 3; ++i) {
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_EQ(client.answer().body, "body");
  }
}

// A child of another user; the server's answer to it decides the exit code.
TEST_F(HttpLocalSocket, RefusesAnotherUser) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can be another user";
  }
  start();
  const auto ask_as_nobody = [this] {
    const pid_t child = ::fork();
    if (child == 0) {
      int code = 2;
      try {
        if (::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0) {
          code = ask_locally(kWho).status == 403 ? 0 : 1;
        }
      } catch (const std::exception&) {
        code = 3;  // the kernel let it not even connect
      }
      ::_exit(code);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(ask_as_nobody(), 3) << "the name is its owner's alone";
  fs::permissions(path(), fs::perms::all);
  EXPECT_EQ(ask_as_nobody(), 0) << "and whoever comes through all the same is told no";
  EXPECT_TRUE(soon([&] {
    const auto errors = observer_.errors();
    return std::find(errors.begin(), errors.end(), ErrorCode::local_user_refused) != errors.end();
  }));
  EXPECT_TRUE(observer_.answers().empty()) << "no request of it was read";
}

TEST_F(HttpLocalSocket, HasAPlaceWhenAllOthersAreTaken) {
  options_.limits.connections = 1;
  options_.address_rate = {1, 1};
  start();
  RawHttpClient busy = connect();
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  gate_.wait_for_visitor();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask_locally(kWho).status, 200U);
  }
}

TEST_F(HttpLocalSocket, ReplacesOneThatNobodyListensOn) {
  {
    const int left = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path().copy(at.sun_path, sizeof at.sun_path - 1);
    ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    ASSERT_EQ(::listen(left, 1), 0);
    ::close(left);
  }
  ASSERT_TRUE(fs::exists(path()));
  start();
  EXPECT_EQ(ask_locally(kWho).status, 200U);
}

TEST_F(HttpLocalSocket, IsOneServersAlone) {
  start();
  http::ServerOptions other = options_;
  EXPECT_THAT(http::Server::start(other, routes(), random_, observer_), FailsWith(ErrorCode::address_in_use));
  EXPECT_EQ(ask_locally(kWho).status, 200U) << "the one that was there goes on";
}

TEST_F(HttpLocalSocket, LeavesAnothersNameAlone) {
  start();
  fs::remove(path());
  ASSERT_OK_AND_ASSIGN(const LocalSocket other, LocalSocket::listen(path()));
  server_.reset();
  EXPECT_TRUE(fs::exists(path()));
}

TEST_F(HttpLocalSocket, SaysWhatIsWrongWithItsPath) {
  const auto start_at = [&](const fs::path& at) {
    options_.local_socket = at;
    return http::Server::start(options_, routes(), random_, observer_);
  };
  const auto too_long = start_at(folder_.path() / std::string(120, 'x'));
  ASSERT_THAT(too_long, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_NE(too_long.error().detail.find("107 bytes"), std::string::npos) << too_long.error().detail;
  std::ofstream(folder_.path() / "file") << "precious";
  EXPECT_THAT(start_at(folder_.path() / "file"), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_EQ(fs::file_size(folder_.path() / "file"), 8U);
  EXPECT_THAT(start_at(folder_.path() / "none" / "s"), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(http::check_admin_socket(folder_.path() / "file"), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(http::check_admin_socket(folder_.path() / "s"), IsOk());
}

// Others wait for the port before they use the socket: of two things that are wrong, the one that is made first shows.
TEST_F(HttpLocalSocket, IsThereBeforeThePortListens) {
  const std::uint16_t taken = start().port();
  http::ServerOptions second = options_;
  second.listen.port = taken;
  second.local_socket = folder_.path() / "none" / "s";
  EXPECT_THAT(http::Server::start(second, routes(), random_, observer_), FailsWith(ErrorCode::configuration_invalid));
  second.local_socket = folder_.path() / "second";
  EXPECT_THAT(http::Server::start(second, routes(), random_, observer_), FailsWith(ErrorCode::address_in_use));
  EXPECT_FALSE(fs::exists(second.local_socket)) << "the socket of a server that did not start";
}

// The same routes and guards without a server.
TEST_F(HttpLocalSocket, DispatchAnswersAsTheServerDoes) {
  const http::Router router = routes();
  const auto ask_directly = [&](http::Method method, std::string_view target, std::string_view body) {
    return async::block_on(
        http::dispatch(router, {method, target, "", bytes_of(body), 7, async::deadline_in(std::chrono::minutes(1))}));
  };
  ASSERT_OK_AND_ASSIGN(const http::DirectAnswer who, ask_directly(http::Method::get, "/who", ""));
  EXPECT_EQ(text_of(who.body), "::1 user 7");
  ASSERT_OK_AND_ASSIGN(const http::DirectAnswer echo, ask_directly(http::Method::post, "/echo", "body"));
  EXPECT_EQ(text_of(echo.body), "body");
  ASSERT_OK_AND_ASSIGN(const http::DirectAnswer stream, ask_directly(http::Method::post, "/stream", "x"));
  EXPECT_EQ(text_of(stream.body), "X");
  EXPECT_THAT(ask_directly(http::Method::get, "/none", ""), FailsWith(ErrorCode::route_unknown));
  EXPECT_THAT(ask_directly(http::Method::get, "/hello?y=1", ""), FailsWith(ErrorCode::invalid_request));
  EXPECT_THAT(ask_directly(http::Method::post, "/echo", std::string(kBodyLimit + 1, 'x')),
              FailsWith(ErrorCode::input_too_large));
}

}  // namespace
}  // namespace rakkan::test
