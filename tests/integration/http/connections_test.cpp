// Connections: how many, how long at rest, how slow.
#include <gmock/gmock.h>

#include "support/http_server_fixture.hpp"

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;
using test::RawAnswer;
using test::RawHttpClient;
using ::testing::Contains;
using ::testing::HasSubstr;

using HttpConnections = test::HttpServerFixture;

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(HttpConnections, OneMoreThanTheLimitIsToldAndClosed) {
  options_.limits.connections = 20;
  Server& server = start();
  std::vector<RawHttpClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(connect());
    clients.back().send(kHello);
    EXPECT_EQ(clients.back().answer().status, 200U);
  }
  RawHttpClient one_more = connect();
  const RawAnswer refused = one_more.answer();
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_TRUE(one_more.is_closed());
  EXPECT_EQ(server.load().refused, 1U);
  clients.back().send(kHello);
  EXPECT_EQ(clients.back().answer().status, 200U);
  clients.pop_back();
  ASSERT_TRUE(soon([&] { return server.load().connections == 19; }));
  EXPECT_EQ(ask(kHello).status, 200U);
}

TEST_F(HttpConnections, ASlowHeaderIs408) {
  start();
  RawHttpClient client = connect();
  const auto begun = std::chrono::steady_clock::now();
  std::string header = "GET /hello HTTP/1.1\r\nHost: x\r\nX: ";
  while (client.send(header)) {
    header = "a";
    if (!client.stays_open(20ms) || std::chrono::steady_clock::now() - begun > 5s) {
      break;
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s);
  EXPECT_THAT(observer_.errors(), Contains(ErrorCode::request_timeout));
}

TEST_F(HttpConnections, TheAnswerToASlowHeaderSaysSo) {
  start();
  RawHttpClient client = connect();
  client.send("GET /hello HTTP/1.1\r\nHo");
  const RawAnswer answer = client.answer();
  EXPECT_EQ(answer.status, 408U);
  EXPECT_EQ(answer.field("Connection"), "close");
}

TEST_F(HttpConnections, AtRestIsClosedWithoutAWord) {
  options_.timeouts.idle = 300ms;
  start();
  RawHttpClient client = connect();
  client.send(kHello);
  EXPECT_EQ(client.answer().status, 200U);
  EXPECT_EQ(client.rest(), "");
  RawHttpClient silent = connect();
  EXPECT_EQ(silent.rest(), "");
}

TEST_F(HttpConnections, AtRestIsKeptAsLongAsAgreed) {
  options_.timeouts.header = 100ms;
  options_.timeouts.idle = 30s;
  start();
  RawHttpClient client = connect();
  client.send(kHello);
  EXPECT_EQ(client.answer().status, 200U);
  EXPECT_TRUE(client.stays_open(500ms));
  client.send(kHello);
  EXPECT_EQ(client.answer().status, 200U);
}

TEST_F(HttpConnections, SeveralThreadsShareOnePort) {
  options_.listen.threads = 3;
  Server& server = start();
  std::vector<RawHttpClient> clients;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(connect());
  }
  std::set<std::string> ids;
  for (RawHttpClient& client : clients) {
    client.send(kHello);
    const RawAnswer answer = client.answer();
    EXPECT_EQ(answer.status, 200U);
    ids.insert(answer.field("X-Request-Id").substr(0, 16));  // of a thread
  }
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_TRUE(server.alive());
}

TEST_F(HttpConnections, WithoutTlsOnlyLoopbackIsListenedOn) {
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "nowhere"}) {
    options_.listen.address = address;
    const auto server = Server::start(options_, Router(), random_, observer_);
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().code, ErrorCode::configuration_invalid);
    EXPECT_EQ(server.error().where, address);
  }
}

TEST_F(HttpConnections, AnAddressThatIsTakenIsNamed) {
  const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ASSERT_EQ(::bind(taken, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(::listen(taken, 1), 0);
  ASSERT_EQ(::getsockname(taken, reinterpret_cast<sockaddr*>(&at), &size), 0);
  options_.listen.port = ntohs(at.sin_port);
  const auto server = Server::start(options_, Router(), random_, observer_);
  ::close(taken);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::configuration_invalid);
  EXPECT_THAT(server.error().where, HasSubstr("127.0.0.1 port "));
}

}  // namespace
}  // namespace rakkan::http
