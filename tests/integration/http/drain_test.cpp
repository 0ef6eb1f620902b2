// The end of a server: what was accepted is finished, what is at rest is closed, nothing new comes in.
#include <gmock/gmock.h>

#include <thread>

#include "support/http_server_fixture.hpp"

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;
using test::RawAnswer;
using test::RawHttpClient;

using HttpDrain = test::HttpServerFixture;

TEST_F(HttpDrain, AnAcceptedRequestIsFinishedAndItsConnectionClosed) {
  Server& server = start();
  RawHttpClient busy = connect();
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  gate_.wait_for_visitor();
  std::thread drain([&] { server.drain(); });
  ASSERT_TRUE(soon([&] { return server.draining(); }));
  gate_.open();
  const RawAnswer answer = busy.answer();
  EXPECT_EQ(answer.body, "waited\n");
  EXPECT_EQ(answer.field("Connection"), "close");
  drain.join();
  EXPECT_EQ(server.load().connections, 0U);
}

TEST_F(HttpDrain, ConnectionsAtRestAreClosedAtOnceAndNewOnesRefused) {
  Server& server = start();
  RawHttpClient at_rest = connect();
  at_rest.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(at_rest.answer().status, 200U);
  const auto begun = std::chrono::steady_clock::now();
  server.drain();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
  EXPECT_EQ(at_rest.rest(), "");
  EXPECT_THROW(static_cast<void>(connect()), std::runtime_error);
}

TEST_F(HttpDrain, AHeaderThatHasBegunMayEnd) {
  Server& server = start();
  RawHttpClient client = connect();
  client.send("GET /hello HTTP/1.1\r\n");
  ASSERT_TRUE(soon([&] { return server.load().connections == 1; }));
  std::this_thread::sleep_for(50ms);
  std::thread drain([&] { server.drain(); });
  ASSERT_TRUE(soon([&] { return server.draining(); }));
  client.send("Host: x\r\n\r\n");
  EXPECT_EQ(client.answer().status, 200U);
  drain.join();
}

TEST_F(HttpDrain, WhatTakesLongerThanTheLimitIsBrokenOff) {
  options_.timeouts.drain = 200ms;
  options_.timeouts.stall = 60s;
  Server& server = start();
  RawHttpClient slow = connect();
  slow.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  ASSERT_TRUE(soon([&] { return server.load().in_flight == 100; }));
  const auto begun = std::chrono::steady_clock::now();
  server.drain();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
  EXPECT_TRUE(slow.is_closed());
}

TEST_F(HttpDrain, AHandlerThatStillRunsIsWaitedFor) {
  options_.timeouts.drain = 50ms;
  Server& server = start();
  RawHttpClient busy = connect();
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  gate_.wait_for_visitor();
  std::thread opens([&] {
    std::this_thread::sleep_for(300ms);
    gate_.open();
  });
  const auto begun = std::chrono::steady_clock::now();
  server.drain();
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 250ms);
  opens.join();
  EXPECT_EQ(busy.rest(), "");
}

}  // namespace
}  // namespace rakkan::http
