// The end of a server: accepted requests are finished, idle connections are closed, and no new ones are accepted.
#include <gmock/gmock.h>

#include "support/http_server_fixture.hpp"

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;
using test::comes;
using test::let_pass;
using test::RawAnswer;
using test::RawHttpClient;

using HttpDrain = test::HttpServerFixture;

TEST_F(HttpDrain, AnAcceptedRequestIsFinishedAndItsConnectionClosed) {
  Server& server = start();
  RawHttpClient busy = connect();
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  gate_.wait_for_visitor();
  const std::future<void> drain = drained();
  ASSERT_TRUE(soon([&] { return server.draining(); }));
  gate_.open();
  const RawAnswer answer = busy.answer();
  EXPECT_EQ(answer.body, "waited\n");
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_TRUE(comes(drain)) << "the drain does not end";
  EXPECT_EQ(server.load().connections, 0U);
}

TEST_F(HttpDrain, ConnectionsAtRestAreClosedAtOnceAndNewOnesRefused) {
  start();
  RawHttpClient at_rest = connect();
  at_rest.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(at_rest.answer().status, 200U);
  EXPECT_TRUE(comes(drained())) << "the drain waits for a connection at rest";
  EXPECT_EQ(at_rest.rest(), "");
  EXPECT_THROW(static_cast<void>(connect()), std::runtime_error);
}

TEST_F(HttpDrain, AHeaderThatHasBegunMayEnd) {
  Server& server = start();
  RawHttpClient client = connect();
  client.send("GET /hello HTTP/1.1\r\n");
  ASSERT_TRUE(soon([&] { return server.load().connections == 1; }));
  let_pass(50ms);  // so that the beginning has been read
  const std::future<void> drain = drained();
  ASSERT_TRUE(soon([&] { return server.draining(); }));
  client.send("Host: x\r\n\r\n");
  EXPECT_EQ(client.answer().status, 200U);
  EXPECT_TRUE(comes(drain)) << "the drain does not end";
}

TEST_F(HttpDrain, WhatTakesLongerThanTheLimitIsBrokenOff) {
  options_.timeouts.drain = 200ms;
  Server& server = start();
  RawHttpClient slow = connect();
  slow.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  ASSERT_TRUE(soon([&] { return server.load().in_flight == 100; }));
  EXPECT_TRUE(comes(drained())) << "the drain waits for a body beyond its limit";
  EXPECT_TRUE(slow.is_closed());
}

TEST_F(HttpDrain, AHandlerThatStillRunsIsWaitedFor) {
  options_.timeouts.drain = 50ms;
  start();
  RawHttpClient busy = connect();
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  gate_.wait_for_visitor();
  const std::future<void> drain = drained();
  EXPECT_EQ(drain.wait_for(300ms), std::future_status::timeout) << "the drain leaves a handler behind";
  gate_.open();
  EXPECT_TRUE(comes(drain)) << "the drain does not end";
  EXPECT_EQ(busy.rest(), "");
}

}  // namespace
}  // namespace rakkan::http
