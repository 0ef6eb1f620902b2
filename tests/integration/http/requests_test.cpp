// Requests and answers on real sockets: those that are understood, those that are refused, and the words of refusals.
#include <gmock/gmock.h>

#include "rakkan/async/task.hpp"
#include "support/http_server_fixture.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using test::RawAnswer;
using test::RawHttpClient;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

using HttpRequests = test::HttpServerFixture;

TEST_F(HttpRequests, KeepAliveAnswersOneAfterAnother) {
  start();
  RawHttpClient client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send("GET /hello?n=" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nX-Request-Id: id-1\r\n\r\n");
    const RawAnswer answer = client.answer();
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, "GET /hello?n=" + std::to_string(i) + " id-1 en\n");
    EXPECT_EQ(answer.field("X-Request-Id"), "id-1");
    EXPECT_EQ(answer.field("Connection"), "");
    EXPECT_THAT(answer.field("Date"), MatchesRegex("[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20.. ..:..:.. GMT"));
  }
}

TEST_F(HttpRequests, PipelinedRequestsAreAnsweredInOrder) {
  start();
  RawHttpClient client = connect();
  std::string all;
  for (int i = 0; i < 50; ++i) {
    all += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n" + std::to_string(100 + i);
    all += "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n" + std::to_string(200 + i) +
           "\r\n0\r\n\r\n";
  }
  client.send(all);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.answer().body, std::to_string(100 + i));
    EXPECT_EQ(client.answer().body, std::to_string(200 + i));
  }
}

TEST_F(HttpRequests, ARequestInSinglePiecesIsThatRequest) {
  start();
  RawHttpClient client = connect();
  for (const char c : std::string("\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")) {
    client.send({&c, 1});
  }
  EXPECT_EQ(client.answer().body, "body");
}

TEST_F(HttpRequests, ConnectionCloseIsKept) {
  start();
  RawHttpClient client = connect();
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.answer().field("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpRequests, Http10ClosesUnlessAskedNotTo) {
  start();
  RawHttpClient client = connect();
  client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.answer().field("Connection"), "keep-alive");
  client.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.answer().field("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpRequests, HeadHasTheLengthAndNoBody) {
  start();
  RawHttpClient client = connect();
  client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\r\n\r\n");
  const RawAnswer answer = client.answer(true);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.field("Content-Length"), std::to_string(std::string("HEAD /hello a en\n").size()));
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\nX-Request-Id: b\r\n\r\n");
  EXPECT_EQ(client.answer().body, "GET /hello b en\n");
}

TEST_F(HttpRequests, AnIdIsMadeWhenThereIsNoneThatCanBe) {
  start();
  const RawAnswer none = ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawAnswer bad = ask("GET /hello HTTP/1.1\r\nHost: x\r\nX-Request-Id: <script>\r\n\r\n");
  EXPECT_THAT(none.field("X-Request-Id"), MatchesRegex("[0-9a-f]{32}"));
  EXPECT_THAT(bad.field("X-Request-Id"), MatchesRegex("[0-9a-f]{32}"));
  EXPECT_NE(none.field("X-Request-Id"), bad.field("X-Request-Id"));
}

TEST_F(HttpRequests, AProblemSpeaksTheCallersLanguageAndNamesTheRequest) {
  start();
  const RawAnswer answer =
      ask("GET /nothing HTTP/1.1\r\nHost: x\r\nX-Request-Id: req-7\r\nAccept-Language: ja, en;q=0.5\r\n\r\n");
  EXPECT_EQ(answer.status, 404U);
  EXPECT_EQ(answer.field("Content-Type"), "application/problem+json");
  EXPECT_EQ(answer.field("Content-Language"), "ja");
  EXPECT_EQ(answer.body,
            "{\"type\":\"/problems/route-unknown\",\"title\":\"指定されたパスは存在しません\",\"status\":404,"
            "\"detail\":\"there is no route with this path\",\"instance\":\"req-7\",\"code\":\"route-unknown\","
            "\"retryable\":false,\"title_en\":\"There is nothing at this path\","
            "\"title_ja\":\"指定されたパスは存在しません\"}\n");
}

TEST_F(HttpRequests, AnotherMethodIsToldWhichAreAllowed) {
  start();
  const RawAnswer answer = ask("DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(answer.status, 405U);
  EXPECT_EQ(answer.field("Allow"), "GET, HEAD, OPTIONS");
  const RawAnswer options = ask("OPTIONS /items/7 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(options.status, 204U);
  EXPECT_EQ(options.field("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask("BREW /hello HTTP/1.1\r\nHost: x\r\n\r\n").status, 405U);
}

TEST_F(HttpRequests, AnExceptionCostsItsRequestAndTellsNothing) {
  Server& server = start();
  RawHttpClient client = connect();
  client.send("GET /fault HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawAnswer answer = client.answer();
  EXPECT_EQ(answer.status, 500U);
  EXPECT_THAT(answer.body, HasSubstr("\"code\":\"internal\""));
  EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
  EXPECT_EQ(server.load().exceptions, 1U);
  ASSERT_EQ(observer_.exceptions().size(), 1U);
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.answer().status, 200U);
}

TEST_F(HttpRequests, WhatTwoServersCouldReadDifferentlyIsRefused) {
  start();
  const std::string post = "POST /echo HTTP/1.1\r\nHost: x\r\n";
  for (const std::string& request : {
           post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
           post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
           post + "Content-Length: 3, 3\r\n\r\nabc",
           post + "Content-Length: +3\r\n\r\nabc",
           post + "Content-Length: 0x3\r\n\r\nabc",
           post + "Content-Length: 99999999999999999999999\r\n\r\nabc",
           post + "Content-Length : 3\r\n\r\nabc",
           post + " Content-Length: 3\r\n\r\nabc",
           post + "X-Folded: a\r\n b\r\nContent-Length: 3\r\n\r\nabc",
           post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: \x0b"
                  "chunked\r\n\r\n0\r\n\r\n",
           post + "Host: y\r\n\r\n",
           post + "Content-Length: 3\nX: y\r\n\r\nabc",
           post + "X: a\rb\r\n\r\n",
           post + std::string("X: a\0b\r\n\r\n", 10),
           post + "Expect: 200-ok\r\n\r\n",
           std::string("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
           std::string("GET /hello HTTP/1.1\r\n\r\n"),
           std::string("GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n"),
           std::string("GET /hello HTTP/2.0\r\nHost: x\r\n\r\n"),
           std::string("GET /hello\r\n\r\n"),
           std::string("GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string("GET hello HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string("GET /hello#part HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string("GET /hello HTTP/1.1\r\nHost: x\r\nbad field: 1\r\n\r\n"),
           std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
           std::string("\r\n\r\n\r\n\r\n"),
       }) {
    RawHttpClient client = connect();
    client.send(request);
    const RawAnswer answer = client.answer();
    EXPECT_EQ(answer.status, 400U) << request;
    EXPECT_EQ(answer.field("Connection"), "close") << request;
    EXPECT_TRUE(client.is_closed()) << request;
  }
}

TEST_F(HttpRequests, BadChunksAreRefused) {
  start();
  const std::string post = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& body : {
           std::string("3\r\nabcXY\r\n"),
           std::string("3\nabc\r\n0\r\n\r\n"),
           std::string("-3\r\nabc\r\n0\r\n\r\n"),
           std::string("g\r\n"),
           std::string("fffffffffffffffff\r\n"),
           std::string("3 \r\nabc\r\n0\r\nX\r\n\r\n"),
           "3;" + std::string(20'000, 'x'),
       }) {
    RawHttpClient client = connect();
    client.send(post + body);
    const RawAnswer answer = client.answer();
    EXPECT_EQ(answer.status, 400U) << body.substr(0, 60);
    EXPECT_TRUE(client.is_closed()) << body.substr(0, 60);
  }
}

TEST_F(HttpRequests, TheAbsoluteFormIsUnderstood) {
  start();
  const auto asked = [&](const std::string& target, const std::string& host) {
    return ask("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nX-Request-Id: a\r\n\r\n");
  };
  EXPECT_EQ(asked("http://example.org/hello", "example.org").body, "GET /hello a en\n");
  EXPECT_EQ(asked("HTTPS://[::1]:8443/hello?x=1", "[::1]:8443").body, "GET /hello?x=1 a en\n");
}

// RFC 3986 §3.2: the authority ends at the first of "/", "?" and "#". The text behind those is no path.
TEST_F(HttpRequests, ATargetIsRoutedByItsPathAlone) {
  start();
  const auto status = [&](const std::string& method, const std::string& target, const std::string& host = "evil") {
    return ask(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status;
  };
  EXPECT_EQ(status("GET", "http://evil/hello"), 200U) << "the control";
  EXPECT_EQ(status("GET", "http://evil?/hello"), 404U);
  EXPECT_EQ(status("GET", "http://evil?x=/hello"), 404U);
  EXPECT_EQ(status("GET", "//evil/hello"), 404U);
  for (const char* target :
       {"http://evil#/hello", "http://evil/hello#x", "http://user@evil/hello", "http://evil\\/hello", "http:///hello",
        "http://?/hello", "http://:80/hello", "http://evil:x/hello", "ftp://evil/hello", "/hello\\x", "evil:80", "*"}) {
    EXPECT_EQ(status("GET", target), 400U) << target;
  }
  EXPECT_EQ(status("CONNECT", "evil:80"), 400U);
  EXPECT_EQ(status("CONNECT", "*"), 400U);
  EXPECT_EQ(status("GET", "http://evil/hello", "good"), 400U) << "two names for one place";
  EXPECT_EQ(status("GET", "/hello", "user@evil"), 400U);
  EXPECT_EQ(status("GET", "/hello", "evil:port"), 400U);
}

TEST_F(HttpRequests, AHeaderTooLargeIs431) {
  options_.limits.header = 4'096;
  start();
  const std::string begin = "GET /hello HTTP/1.1\r\nHost: x\r\nX: ";
  EXPECT_EQ(ask(begin + std::string(3'900, 'a') + "\r\n\r\n").status, 200U);
  EXPECT_EQ(ask(begin + std::string(4'100, 'a') + "\r\n\r\n").status, 431U);
  EXPECT_EQ(ask(begin + std::string(9'000, 'a')).status, 431U);
}

TEST_F(HttpRequests, TooManyFieldsAre431) {
  options_.limits.header_fields = 10;
  start();
  const auto request = [](int fields) {
    std::string text = "GET /hello HTTP/1.1\r\nHost: x\r\n";
    for (int i = 1; i < fields; ++i) {
      text += "X-" + std::to_string(i) + ": 1\r\n";
    }
    return text + "\r\n";
  };
  EXPECT_EQ(ask(request(10)).status, 200U);
  EXPECT_EQ(ask(request(11)).status, 431U);
}

TEST_F(HttpRequests, TheRateOfAnAddressIsLimited) {
  options_.address_rate = {1, 2};
  start();
  EXPECT_EQ(ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status, 200U);
  EXPECT_EQ(ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status, 200U);
  RawAnswer refused;
  const auto is_too_fast = [&] {
    refused = ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    return refused.status != 200;
  };
  ASSERT_TRUE(soon(is_too_fast)) << "one a second is all there should be";
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_THAT(refused.body, HasSubstr("\"retry_after_ms\":"));
}

TEST_F(HttpRequests, TheRateIsTheCallersNotTheTrustedProxys) {
  options_.address_rate = {1, 1};
  options_.trusted_proxies = {"127.0.0.0/8"};
  start();
  const auto from = [&](const std::string& address) {
    return ask("GET /hello HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " + address + "\r\n\r\n").status;
  };
  EXPECT_EQ(from("192.0.2.1"), 200U);
  EXPECT_TRUE(soon([&] { return from("192.0.2.1") == 429; }));
  EXPECT_EQ(from("192.0.2.2"), 200U);
  EXPECT_TRUE(soon([&] { return from("192.0.2.3, 192.0.2.2") == 429; }));
}

TEST_F(HttpRequests, AProxyThatIsNoAddressIsNotStartedWith) {
  options_.trusted_proxies = {"10.0.0.1/8"};
  EXPECT_THAT(http::Server::start(options_, routes(), random_, observer_),
              test::FailsWith(ErrorCode::configuration_invalid));
}

class HttpGuards : public test::HttpServerFixture {
 protected:
  Router routes() override {
    Router router = HttpServerFixture::routes();
    router.guard([](const Route& route, Request& request) -> async::Task<Result<void>> {
      const auto key = request.header("authorization");
      if (route.path == "/echo" && !key) {
        co_return fail(ErrorCode::api_key_missing, "a key is needed");
      }
      request.rate_key = key.value_or("");
      co_return Result<void>();
    });
    return router;
  }
};

TEST_F(HttpGuards, AGuardRefusesBeforeTheBodyIsSent) {
  start();
  RawHttpClient client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n");
  const RawAnswer answer = client.answer();
  EXPECT_EQ(answer.status, 401U);
  EXPECT_EQ(answer.field("WWW-Authenticate"), "Bearer");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpGuards, TheRateOfAKeyIsItsOwn) {
  options_.key_rate = {1, 1};
  start();
  const auto with_key = [&](const std::string& key) {
    return ask("GET /hello HTTP/1.1\r\nHost: x\r\nAuthorization: " + key + "\r\n\r\n").status;
  };
  EXPECT_EQ(with_key("one"), 200U);
  EXPECT_TRUE(soon([&] { return with_key("one") == 429; }));
  EXPECT_EQ(with_key("two"), 200U);
}

TEST_F(HttpRequests, PreferWaitShortensTheDeadline) {
  start();
  RawHttpClient first = connect();
  first.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  gate_.wait_for_visitor();
  RawHttpClient second = connect();
  second.send("GET /wait HTTP/1.1\r\nHost: x\r\nPrefer: wait=0\r\n\r\n");
  // The pool's one thread is taken: only the deadline of the second can end its waiting, once it gets its turn.
  EXPECT_TRUE(soon([&] { return pool_.load().waiting == 1; }));
  gate_.open();
  EXPECT_EQ(first.answer().status, 200U);
  EXPECT_EQ(second.answer().status, 504U);
}

}  // namespace
}  // namespace rakkan::http
