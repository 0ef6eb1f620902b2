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

// A request whose body is on its way: it is under way for as long as the test wants.
constexpr std::string_view kBegun = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbod";

class HttpCrowd : public test::HttpServerFixture {
 protected:
  HttpCrowd() {  // nothing ends for its time
    options_.timeouts.idle = options_.timeouts.header = options_.timeouts.stall = 60s;
    options_.limits.address_connections = 0;
  }
  // A connection whose request has been answered; a failed one leaves its status.
  RawHttpClient at_rest(const char* from = nullptr) {
    RawHttpClient client(server_->port(), from);
    client.send(kHello);
    EXPECT_EQ(client.answer().status, 200U);
    return client;
  }
  RawHttpClient under_way(std::string_view fields = {}) {
    const std::uint64_t before = server_->load().in_flight;
    RawHttpClient client = connect();
    std::string request(kBegun);
    client.send(request.insert(request.find("Content-Length"), fields));
    EXPECT_TRUE(soon([&] { return server_->load().in_flight == before + 4; }));
    return client;
  }
  static void expect_done(RawHttpClient& client) {
    client.send("y");
    EXPECT_EQ(client.answer().body, "body");
  }
};

TEST_F(HttpCrowd, OneMoreThanTheLimitIsToldAndClosed) {
  options_.limits.connections = 20;
  Server& server = start();
  std::vector<RawHttpClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(under_way());
  }
  RawHttpClient one_more = connect();
  const RawAnswer refused = one_more.answer();
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_TRUE(one_more.is_closed());
  EXPECT_EQ(server.load().refused, 1U);
  EXPECT_EQ(server.load().gave_way, 0U) << "whose request is under way gives way to nobody";
  expect_done(clients.back());
  clients.pop_back();
  ASSERT_TRUE(soon([&] { return server.load().connections == 19; }));
  EXPECT_EQ(ask(kHello).status, 200U);
  for (RawHttpClient& client : clients) {
    expect_done(client);
  }
}

TEST_F(HttpCrowd, SilentConnectionsGiveWayTheLongestSilentFirst) {
  options_.limits.connections = 16;  // tight from the 15th on
  Server& server = start();
  RawHttpClient busy = under_way();
  RawHttpClient rests = at_rest();
  std::vector<RawHttpClient> silent;
  for (std::uint64_t i = 0; i < 12; ++i) {
    silent.push_back(connect());
    if (i % 2 == 0) {
      silent.back().send("GET /hello HTTP/1.1\r\nHo");  // a head that never ends
    }
    ASSERT_TRUE(soon([&] { return server.load().connections == 3 + i; }));
  }
  std::vector<RawHttpClient> newcomers;
  for (std::size_t i = 0; i < silent.size(); ++i) {
    newcomers.push_back(at_rest());
    EXPECT_TRUE(silent[i].is_closed()) << i;
    EXPECT_EQ(server.load().gave_way, i + 1);
    ASSERT_TRUE(soon([&] { return server.load().connections == 14; }));
  }
  rests.send(kHello);  // it had a request: those that never had one went before it
  EXPECT_EQ(rests.answer().status, 200U);
  RawHttpClient one_more = at_rest();
  EXPECT_TRUE(newcomers.front().is_closed()) << "now the longest at rest";
  expect_done(busy);
  EXPECT_EQ(server.load().refused, 0U);
}

TEST_F(HttpCrowd, OneAddressLeavesPlacesToOthers) {
  options_.limits.address_connections = 3;
  Server& server = start();
  std::vector<RawHttpClient> many;
  for (int i = 0; i < 3; ++i) {
    many.push_back(at_rest());
  }
  RawHttpClient one_more = connect();
  EXPECT_EQ(one_more.answer().status, 503U);
  EXPECT_TRUE(one_more.is_closed());
  EXPECT_EQ(server.load().refused, 1U);
  const RawHttpClient other = at_rest("127.0.0.2");
  many.pop_back();
  ASSERT_TRUE(soon([&] { return server.load().connections == 3; }));
  many.push_back(at_rest());
}

TEST_F(HttpCrowd, ATrustedProxysConnectionsCountByWhatTheyForward) {
  options_.limits.address_connections = 2;
  options_.trusted_proxies = {"127.0.0.1"};
  start();
  std::vector<RawHttpClient> pooled;
  for (int i = 0; i < 10; ++i) {
    pooled.push_back(at_rest());
  }
  std::vector<RawHttpClient> of_one;
  for (int i = 0; i < 2; ++i) {
    of_one.push_back(under_way("X-Forwarded-For: 192.0.2.1\r\n"));
  }
  const auto from = [&](const std::string& address) {
    pooled.front().send("GET /hello HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " + address + "\r\n\r\n");
    return pooled.front().answer().status;
  };
  EXPECT_EQ(from("192.0.2.1"), 503U);
  EXPECT_EQ(from("192.0.2.2"), 200U) << "on the same connection";
  expect_done(of_one.front());
  EXPECT_TRUE(soon([&] { return from("192.0.2.1") == 200; }));
}

TEST_F(HttpConnections, ASlowHeaderIs408) {
  options_.timeouts.header = 1s;
  start();
  RawHttpClient client = connect();
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\nX: ");
  EXPECT_TRUE(soon([&] { return !client.send("a") || !client.stays_open(20ms); })) << "it may go on for ever";
  EXPECT_TRUE(soon([&] { return !observer_.errors().empty(); }));
  EXPECT_THAT(observer_.errors(), Contains(ErrorCode::request_timeout));
}

TEST_F(HttpConnections, TheAnswerToASlowHeaderSaysSo) {
  options_.timeouts.header = 1s;
  start();
  RawHttpClient client = connect();
  client.send("GET /hello HTTP/1.1\r\nHo");
  const RawAnswer answer = client.answer();
  EXPECT_EQ(answer.status, 408U);
  EXPECT_EQ(answer.field("Connection"), "close");
}

TEST_F(HttpConnections, AtRestIsClosedWithoutAWord) {
  options_.timeouts.header = 1s;
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
  options_.timeouts.header = 1s;
  options_.timeouts.idle = 2 * test::kPatience;
  start();
  RawHttpClient client = connect();
  client.send(kHello);
  EXPECT_EQ(client.answer().status, 200U);
  EXPECT_TRUE(client.stays_open(1'500ms));
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
  EXPECT_EQ(server.error().code, ErrorCode::address_in_use);
  EXPECT_THAT(server.error().where, HasSubstr("127.0.0.1 port "));
}

}  // namespace
}  // namespace rakkan::http
