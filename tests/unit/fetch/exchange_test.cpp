// The rules of one exchange: its time, its size, its further attempts, and what an error tells.
#include "rakkan/fetch/exchange.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include "support/exchange_fixture.hpp"

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::http_answer;
using test::IsOk;
using test::ScriptedServer;
using test::SilentServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Exchanging : public test::ExchangeFixture {};

// Times of an exchange are far shorter than this, and deadlines of callers far longer.
constexpr std::chrono::hours kNever{1};

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nContent-Type: x/y\r\nConnection: close\r\n";

TEST_F(Exchanging, SendsARequestAndBringsTheAnswer) {
  const ScriptedServer server([](const auto& client) {
    client.send(http_answer("200 OK", "done", "Content-Type: Text/Plain; charset=x\r\n"));
  });
  ASSERT_OK_AND_ASSIGN(const SharedResponse answer, ask(post(server.url() + "/x", "question")));
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(text_of(answer->body), "done");
  EXPECT_EQ(answer->media_type(), "text/plain");
  EXPECT_THAT(server.heads().front(), AllOf(HasSubstr("POST /x HTTP/1.1\r\n"), HasSubstr("Content-Length: 8")));
  EXPECT_EQ(text_of(server.bodies().front()), "question");
}

TEST_F(Exchanging, AnAnswerOfAnyStatusIsAnAnswer) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("404 Not Found", "no")); });
  ASSERT_OK_AND_ASSIGN(const SharedResponse answer, ask(get(server.url())));
  EXPECT_EQ(answer->status, 404);
}

TEST_F(Exchanging, EndsWhenAServerHangsBeforeItsHeaders) {
  const SilentServer server;
  Exchange request = get(server.url());
  request.timeout = 200ms;
  EXPECT_THAT(ask(request, kNever), FailsWith(ErrorCode::deadline_exceeded));
}

TEST_F(Exchanging, EndsWhenAServerHangsAfterItsHeaders) {
  const ScriptedServer server([](const auto& client) {
    client.send(std::string(kHead) + "Content-Length: 9\r\n\r\nx");
    client.wait_for_close();
  });
  Exchange request = get(server.url());
  request.timeout = 200ms;
  EXPECT_THAT(ask(request, kNever), FailsWith(ErrorCode::deadline_exceeded));
}

TEST_F(Exchanging, EndsWhenAServerTrickles) {
  const ScriptedServer server([](const auto& client) {
    client.send(std::string(kHead) + "\r\n");
    while (!client.stopping() && client.send("x")) {
      test::let_pass(20ms);
    }
  });
  Exchange request = get(server.url());
  request.timeout = 300ms;
  EXPECT_THAT(ask(request, kNever), FailsWith(ErrorCode::deadline_exceeded));
}

TEST_F(Exchanging, TheCallersDeadlineGoesBeforeTheExchangesTime) {
  const SilentServer server;
  Exchange request = get(server.url());
  request.timeout = kNever;
  EXPECT_THAT(ask(request, 200ms), FailsWith(ErrorCode::deadline_exceeded));
}

TEST_F(Exchanging, ADeadlineInThePastAsksNobody) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", "")); });
  EXPECT_THAT(ask(get(server.url()), -1ms), FailsWith(ErrorCode::deadline_exceeded));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(Exchanging, StopsReceivingAtTheLimit) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", std::string(11, 'a'))); });
  Exchange request = get(server.url());
  request.max_response = 11;
  EXPECT_THAT(ask(request), IsOk());
  request.max_response = 10;
  EXPECT_THAT(ask(request), FailsWith(ErrorCode::input_too_large));
}

TEST_F(Exchanging, StopsReceivingABodyWithoutEnd) {
  const ScriptedServer server([](const auto& client) {
    client.send(std::string(kHead) + "\r\n");
    const std::string part(4096, '0');
    while (!client.stopping() && client.send(part)) {
    }
  });
  EXPECT_THAT(ask(get(server.url())), FailsWith(ErrorCode::input_too_large));
}

TEST_F(Exchanging, StopsReceivingHeadersWithoutEnd) {
  const ScriptedServer server([](const auto& client) {
    client.send("HTTP/1.1 200 OK\r\n");
    const std::string field = "X-More: " + std::string(1000, 'x') + "\r\n";
    while (!client.stopping() && client.send(field)) {
    }
  });
  EXPECT_THAT(ask(get(server.url())), FailsWith(ErrorCode::input_too_large));
}

TEST_F(Exchanging, AllAnswersTogetherTakeLimitedMemory) {
  options.receiving = 100;
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", std::string(101, 'a'))); });
  EXPECT_THAT(ask(get(server.url())), FailsWith(ErrorCode::overloaded));
  const ScriptedServer smaller([](const auto& client) { client.send(http_answer("200 OK", std::string(100, 'a'))); });
  EXPECT_THAT(ask(get(smaller.url())), IsOk());
  EXPECT_THAT(ask(get(smaller.url())), IsOk()) << "the memory of the answer before was not given back";
}

TEST_F(Exchanging, GarbageInPlaceOfHttpIsNoAnswer) {
  const ScriptedServer server([](const auto& client) { client.send("これはHTTPではない\r\n\r\n"); });
  EXPECT_THAT(ask(post(server.url(), "x")), FailsWith(ErrorCode::malformed_server_answer));
}

TEST_F(Exchanging, ARequestThatMayBeRepeatedIsRepeatedUntilItSucceeds) {
  std::atomic<int> times = 0;
  const ScriptedServer server([&](const auto& client) {
    if (++times < 3) {
      client.reset();
      return;
    }
    client.send(http_answer("200 OK", "third"));
  });
  ASSERT_OK_AND_ASSIGN(const SharedResponse answer, ask(get(server.url())));
  EXPECT_EQ(text_of(answer->body), "third");
  EXPECT_EQ(server.requests(), 3);
}

TEST_F(Exchanging, AServerThatIsBusyIsAskedAgain) {
  std::atomic<int> times = 0;
  const ScriptedServer server([&](const auto& client) {
    client.send(++times < 2 ? http_answer("503 Service Unavailable", "") : http_answer("200 OK", ""));
  });
  ASSERT_OK_AND_ASSIGN(const SharedResponse answer, ask(get(server.url())));
  EXPECT_EQ(answer->status, 200);
}

TEST_F(Exchanging, ARetryAfterThatNobodyWaitsForIsNotWaitedFor) {
  const ScriptedServer server(
      [](const auto& client) { client.send(http_answer("503 Service Unavailable", "", "Retry-After: 3600\r\n")); });
  ASSERT_OK_AND_ASSIGN(const SharedResponse answer, ask(get(server.url())));
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(Exchanging, AttemptsEnd) {
  const ScriptedServer server([](const auto& client) { client.reset(); });
  EXPECT_THAT(ask(get(server.url())), FailsWith(ErrorCode::server_unreachable));
  EXPECT_EQ(server.requests(), 3);
}

TEST_F(Exchanging, ARequestThatWasSentIsNotRepeatedUnlessItMayBe) {
  const ScriptedServer server([](const auto& client) { client.reset(); });
  EXPECT_THAT(ask(post(server.url(), "x")), FailsWith(ErrorCode::server_unreachable));
  EXPECT_EQ(server.requests(), 1);
}

// libcurl itself would send the request once more when its kept connection turns out to be closed.
TEST_F(Exchanging, NorIsItWhenAKeptConnectionBreaks) {
  const ScriptedServer keeping(
      [&](const auto& client) {
        if (client.head.find(" /first ") != std::string::npos) {
          client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
          return;
        }
        client.close();
      },
      true);
  EXPECT_THAT(ask(post(keeping.url() + "/first", "x")), IsOk());
  EXPECT_THAT(ask(post(keeping.url() + "/second", "x")), FailsWith(ErrorCode::server_unreachable));
  EXPECT_THAT(keeping.targets(), testing::ElementsAre("/first", "/second"));
}

TEST_F(Exchanging, ARequestOfWhichNothingWasSentIsRepeated) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", "")); });
  resolver->knows("tsa.test", {"127.0.0.1"});
  resolver->fails_first("tsa.test", 1);
  EXPECT_THAT(ask(post(server.url("tsa.test"), "x")), IsOk());
  EXPECT_EQ(server.requests(), 1);
  EXPECT_EQ(resolver->asked("tsa.test"), 2);
}

TEST_F(Exchanging, ANameServerThatHangsHoldsNobodyElseUp) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", "")); });
  resolver->hangs_for("hangs.test");
  auto hanging = start(get("http://hangs.test/"), 300ms);
  EXPECT_THAT(ask(get(server.url())), IsOk());
  EXPECT_THAT(hanging.get(), FailsWith(ErrorCode::deadline_exceeded));
}

TEST_F(Exchanging, AnErrorNamesPurposeAndUrlWithoutItsSecrets) {
  const ScriptedServer server([](const auto& client) { client.reset(); });
  Exchange request = get(server.url() + "/crl?token=secret");
  request.purpose.subject = "CN=Ya\x1b[31mmada";
  const auto answer = ask(request);
  ASSERT_THAT(answer, FailsWith(ErrorCode::server_unreachable));
  EXPECT_THAT(answer.error().detail, HasSubstr("CRL for CN=Ya?[31mmada, issued by CN=Test CA (signer): "));
  EXPECT_EQ(answer.error().where, server.url() + "/crl");
  EXPECT_THAT(to_string(answer.error()), Not(HasSubstr("secret")));
}

TEST_F(Exchanging, KeepsNoCookies) {
  const ScriptedServer server(
      [](const auto& client) { client.send(http_answer("200 OK", "", "Set-Cookie: a=b; Path=/\r\n")); });
  EXPECT_THAT(ask(get(server.url() + "/1")), IsOk());
  EXPECT_THAT(ask(get(server.url() + "/2")), IsOk());
  EXPECT_THAT(server.heads(), Not(testing::Contains(HasSubstr("Cookie"))));
}

TEST_F(Exchanging, IgnoresProxyVariables) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", "")); });
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  EXPECT_THAT(ask(get(server.url())), IsOk());
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
}

TEST_F(Exchanging, RefusesAFieldThatIsNotOneLineAndAUrlThatIsNone) {
  Exchange request = get("http://127.0.0.1:1/");
  request.headers = {{"Accept", "a\r\nX-Admin: 1"}};
  EXPECT_THAT(ask(request), FailsWith(ErrorCode::invalid_argument));
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "not a url", "", "http://user:pass@127.0.0.1/"}) {
    EXPECT_THAT(ask(get(url)), FailsWith(ErrorCode::configuration_invalid)) << url;
  }
}

}  // namespace
}  // namespace rakkan::fetch
