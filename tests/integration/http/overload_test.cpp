// Overload: requests that are too many are refused at once, and requests that were accepted are finished.
#include <gmock/gmock.h>

#include <atomic>
#include "rakkan/async/task.hpp"

#include "http/admission.hpp"
#include "support/http_server_fixture.hpp"

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;
using test::RawAnswer;
using test::RawHttpClient;
using ::testing::HasSubstr;

constexpr std::string_view kWork = "GET /work HTTP/1.1\r\nHost: x\r\n\r\n";

class HttpOverload : public test::HttpServerFixture {
 protected:
  // Opens the gate before the queue ends, whose jobs wait at it.
  ~HttpOverload() override {
    gate_.open();
    server_.reset();
  }

  // "/work" waits at the gate; the test sets the backlog of its kind. The tenant is the one of the header.
  Router routes() override {
    Router router = HttpServerFixture::routes();
    const auto work = [this](Request& request) -> async::Task<Result<Response>> {
      const auto wait = [this]() -> Result<void> {
        gate_.pass();
        return {};
      };
      RAKKAN_CO_CHECK(co_await async::run_on(queue_, wait, request.deadline));
      co_return Response::text("done\n");
    };
    router.add({Method::get, "/work", Scope::sign, 0, work, Needs::keys});
    router.add({Method::get, "/documents", Scope::sign, 0,
                [](Request&) -> async::Task<Result<Response>> { co_return Response::text("read\n"); },
                Needs::documents});
    router.backlog([this](Needs needs) {
      return needs == Needs::keys ? std::chrono::nanoseconds(backlog_.load()) : std::chrono::nanoseconds(0);
    });
    router.guard([](const Route& route, Request& request) -> async::Task<Result<void>> {
      const auto tenant = request.header("Tenant");
      if (tenant == "unknown") {
        co_return fail(ErrorCode::api_key_unknown, "nobody knows it");
      }
      if (route.scope != Scope::none && tenant) {
        request.caller = std::make_shared<test::Tenant>(*tenant);
      }
      co_return Result<void>();
    });
    return router;
  }

  // Brings as many requests to work as are always accepted, each on a connection of its own.
  std::vector<RawHttpClient> occupy() {
    start();
    std::vector<RawHttpClient> clients;
    for (std::size_t i = 0; i < Admission::kLeast; ++i) {
      clients.push_back(connect());
      clients.back().send(kWork);
    }
    EXPECT_TRUE(soon([&] { return queue_.load().waiting + queue_.load().running == Admission::kLeast; }));
    return clients;
  }

  async::BoundedPool queue_{{"queue", 1, 1'000}};
  std::atomic<std::chrono::nanoseconds> backlog_{0ns};
};

TEST_F(HttpOverload, WorkThatStandsTooLongMakesTheNextOneGo) {
  const auto clients = occupy();
  backlog_ = 1s;
  const RawAnswer refused = ask(kWork);
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_THAT(refused.body, HasSubstr("/problems/overloaded"));
  EXPECT_THAT(refused.body, HasSubstr("\"retry_after_ms\":500"));
  EXPECT_EQ(queue_.load().waiting + queue_.load().running, Admission::kLeast);
}

TEST_F(HttpOverload, AsManyAsAreAlwaysTakenOnAreTakenOnHoweverLongWorkStands) {
  backlog_ = 1s;
  auto clients = occupy();
  gate_.open();
  for (RawHttpClient& client : clients) {
    EXPECT_EQ(client.answer().status, 200U);
  }
}

TEST_F(HttpOverload, ABodyThatIsRefusedIsNotReadFirst) {
  const auto clients = occupy();
  backlog_ = 1s;
  RawHttpClient client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.answer().status, 503U);
}

TEST_F(HttpOverload, TheConnectionOfARefusedRequestStays) {
  const auto clients = occupy();
  backlog_ = 1s;
  RawHttpClient client = connect();
  client.send(kWork);
  EXPECT_EQ(client.answer().status, 503U);
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(client.answer().status, 503U);
  backlog_ = 0s;
  gate_.open();
  // The thread has room again when it has answered the requests that were at work.
  EXPECT_TRUE(soon([&] {
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    return client.answer().body == "hello";
  }));
}

TEST_F(HttpOverload, HealthIsAnsweredUnderAnyLoad) {
  const auto clients = occupy();
  backlog_ = 1s;
  EXPECT_EQ(ask(kWork).status, 503U);
  EXPECT_EQ(ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status, 200U);
}

TEST_F(HttpOverload, WhatWasTakenOnIsFinished) {
  auto clients = occupy();
  backlog_ = 1s;
  EXPECT_EQ(ask(kWork).status, 503U);
  gate_.open();
  for (RawHttpClient& client : clients) {
    EXPECT_EQ(client.answer().status, 200U);
  }
  EXPECT_TRUE(soon([&] { return ask(kWork).status == 200; })) << "there is room again";
}

TEST_F(HttpOverload, AnotherTenantIsTakenOn) {
  const auto clients = occupy();
  backlog_ = 1s;
  EXPECT_EQ(ask(kWork).status, 503U);
  RawHttpClient other = connect();
  other.send("GET /work HTTP/1.1\r\nHost: x\r\nTenant: other\r\n\r\n");
  EXPECT_TRUE(soon([&] { return queue_.load().waiting + queue_.load().running == Admission::kLeast + 1; }));
  EXPECT_EQ(ask(kWork).status, 503U);
  gate_.open();
  EXPECT_EQ(other.answer().status, 200U);
}

TEST_F(HttpOverload, WorkThatNeedsSomethingElseIsTakenOn) {
  const auto clients = occupy();
  backlog_ = 1s;
  EXPECT_EQ(ask(kWork).status, 503U);
  EXPECT_EQ(ask("GET /documents HTTP/1.1\r\nHost: x\r\n\r\n").status, 200U);
}

TEST_F(HttpOverload, ACallerThatMayNotIsToldSoFirst) {
  const auto clients = occupy();
  backlog_ = 1s;
  EXPECT_EQ(ask("GET /work HTTP/1.1\r\nHost: x\r\nTenant: unknown\r\n\r\n").status, 401U);
}

// So many are refused at once, each on a connection that ends with its answer, that those who come next wait for as
// long as they are asked to, or nearly.
class HttpRefusals : public HttpOverload {
 protected:
  static constexpr std::string_view kLast = "GET /work HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  static constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

  void refuse(int count) {
    backlog_ = 1s;
    for (int i = 0; i < count; ++i) {
      refused_.push_back(connect());
      refused_.back().send(kLast);
    }
    // A connection that came later is answered: the server has taken them all.
    EXPECT_EQ(ask(kHello).status, 200U);
  }
  // Whether the request, after it was refused many others, is answered so late. A machine that was busy with something
  // else meanwhile gets more of them.
  template <class Request>
  [[nodiscard]] bool waits(Request request) {
    return soon([&] {
      refused_.clear();
      refuse(600);
      const auto begin = std::chrono::steady_clock::now();
      request();
      return std::chrono::steady_clock::now() - begin >= 100ms;
    });
  }

  std::vector<RawHttpClient> refused_;
};

TEST_F(HttpRefusals, AreToldAtOnceAndReadLaterWhereTheConnectionStays) {
  const auto clients = occupy();
  RawHttpClient again = connect();
  EXPECT_TRUE(waits([&] {
    again.send(kWork);
    EXPECT_EQ(again.answer().status, 503U);
    again.send(kWork);
    EXPECT_EQ(again.answer().status, 503U);
  }));
  RawHttpClient other = connect();
  other.send("GET /documents HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(other.answer().status, 200U);
}

TEST_F(HttpRefusals, AreToldLaterWhereTheConnectionEnds) {
  const auto clients = occupy();
  EXPECT_TRUE(waits([&] {
    RawHttpClient again = connect();
    again.send(kLast);
    EXPECT_EQ(again.answer().status, 503U);
    EXPECT_TRUE(again.is_closed());
  }));
}

TEST_F(HttpRefusals, AreToldLaterOnAProxysConnectionSoThatNobodyElseWaits) {
  options_.trusted_proxies = {"127.0.0.1"};
  const auto clients = occupy();
  RawHttpClient proxy = connect();
  EXPECT_TRUE(waits([&] {
    proxy.send(kWork);
    EXPECT_EQ(proxy.answer().status, 503U);
  }));
  proxy.send(kHello);
  EXPECT_EQ(proxy.answer().status, 200U);
}

TEST_F(HttpRefusals, AreTheFirstToGiveWay) {
  options_.limits.connections = 760;  // and tight with 64 left
  options_.limits.address_connections = 0;
  const auto clients = occupy();
  RawHttpClient at_rest = connect();
  at_rest.send(kHello);
  EXPECT_EQ(at_rest.answer().status, 200U);
  refuse(650);
  EXPECT_TRUE(soon([&] {
    refuse(50);
    return server_->load().gave_way > 0;
  }));
  at_rest.send(kHello);
  EXPECT_EQ(at_rest.answer().status, 200U) << "though it was silent for longer";
}

TEST_F(HttpRefusals, AreToldWhenTheServerEnds) {
  auto clients = occupy();
  refuse(600);
  gate_.open();
  EXPECT_TRUE(test::comes(drained()));
  for (RawHttpClient& client : refused_) {
    EXPECT_EQ(client.answer().status, 503U);
  }
  for (RawHttpClient& client : clients) {
    EXPECT_EQ(client.answer().status, 200U);
  }
}

TEST_F(HttpOverload, WithoutTheLimitAllIsTaken) {
  options_.limits.queue_delay = 0ms;
  const auto clients = occupy();
  backlog_ = 1s;
  RawHttpClient one_more = connect();
  one_more.send(kWork);
  EXPECT_TRUE(soon([&] { return queue_.load().waiting + queue_.load().running == Admission::kLeast + 1; }));
}

}  // namespace
}  // namespace rakkan::http
