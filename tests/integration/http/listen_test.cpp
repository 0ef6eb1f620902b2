// The address that a server listens on is its own, and all of its threads are called on it.
#include <set>

#include "support/http_server_fixture.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::test {
namespace {

// A foreign socket on the loopback that asks the kernel to share the address (SO_REUSEPORT).
class SharingSocket {
 public:
  explicit SharingSocket(std::uint16_t port = 0) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listens_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 && ::listen(socket_, 1) == 0;
  }
  SharingSocket(const SharingSocket&) = delete;
  SharingSocket& operator=(const SharingSocket&) = delete;
  ~SharingSocket() { ::close(socket_); }

  [[nodiscard]] bool listens() const noexcept { return listens_; }
  [[nodiscard]] std::uint16_t port() const {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
  }

 private:
  int socket_;
  bool listens_ = false;
};

class HttpListen : public HttpServerFixture {
 protected:
  [[nodiscard]] Result<std::unique_ptr<http::Server>> another(std::uint16_t port, unsigned threads) {
    http::ServerOptions options = options_;
    options.listen.port = port;
    options.listen.threads = threads;
    return http::Server::start(options, routes(), random_, observer_);
  }
  void expect_taken(const Result<std::unique_ptr<http::Server>>& started, std::uint16_t port) {
    ASSERT_THAT(started, FailsWith(ErrorCode::address_in_use));
    EXPECT_EQ(started.error().where, "127.0.0.1 port " + std::to_string(port));
    EXPECT_EQ(row(started.error().code).exit_code, ExitCode::usage);
  }
};

TEST_F(HttpListen, AnAddressIsOneServersAlone) {
  for (const unsigned ours : {1U, 4U}) {
    options_.listen.threads = ours;
    options_.listen.port = 0;
    const std::uint16_t port = start().port();
    for (const unsigned theirs : {1U, 4U}) {
      expect_taken(another(port, theirs), port);
    }
    EXPECT_EQ(ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status, 200U);
    server_.reset();
    EXPECT_THAT(another(port, ours), IsOk()) << "who is gone holds nothing";
  }
}

TEST_F(HttpListen, AnAddressThatSomebodySharesIsTaken) {
  const SharingSocket other;
  ASSERT_TRUE(other.listens());
  for (const unsigned threads : {1U, 4U}) {
    expect_taken(another(other.port(), threads), other.port());
  }
}

TEST_F(HttpListen, NobodyJoinsAServerOfOneThread) {
  const std::uint16_t port = start().port();
  EXPECT_FALSE(SharingSocket(port).listens());
}

TEST_F(HttpListen, EveryThreadIsCalled) {
  options_.listen.threads = 4;
  start();
  // Ids of requests begin with a random text of their thread.
  std::set<std::string> threads;
  for (int i = 0; i < 200 && threads.size() < 4; ++i) {
    const std::string id = ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").field("X-Request-Id");
    ASSERT_EQ(id.size(), 32U);
    threads.insert(id.substr(0, 16));
  }
  EXPECT_EQ(threads.size(), 4U);
}

}  // namespace
}  // namespace rakkan::test
