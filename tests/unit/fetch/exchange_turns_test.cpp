// Many exchanges at once: limits, turns between owners, equal requests, breakers, the end.
#include <gmock/gmock.h>

#include <filesystem>

#include "fetch/circuit_breaker.hpp"
#include "support/exchange_fixture.hpp"
#include "support/gate.hpp"

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::http_answer;
using test::IsOk;
using test::ScriptedServer;
using test::SilentServer;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

class Turns : public test::ExchangeFixture {
 protected:
  // A server whose answers wait at the gate.
  test::Gate gate_;
  ScriptedServer gated_{[this](const auto& client) {
    gate_.pass();
    client.send(http_answer("200 OK", "x"));
  }};
  const async::Owner acme_ = async::Owner::of("acme");
  const async::Owner globex_ = async::Owner::of("globex");

  // Requests that differ, so that they are not made one.
  static Exchange one(const std::string& url, const std::string& target) { return get(url + "/" + target); }
  static std::size_t threads() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}));
  }
  template <class Seen>
  bool comes_to(Seen seen) {
    return test::eventually([&] { return seen(loop().load()); });
  }
};

TEST_F(Turns, AHangingServerHoldsNobodyElseUpAndNoThread) {
  const SilentServer hanging;
  const ScriptedServer other([](const auto& client) { client.send(http_answer("200 OK", "at once")); });
  EXPECT_THAT(ask(post(other.url(), "x")), IsOk());
  const std::size_t before = threads();
  std::vector<std::future<Answer>> waiting;
  for (int i = 0; i < 64; ++i) {
    waiting.push_back(start(post(hanging.url(), "x"), test::kPatience, acme_));
  }
  ASSERT_TRUE(comes_to([](const auto& load) { return load.waiting + load.in_flight == 64 && load.in_flight > 0; }));
  EXPECT_TRUE(test::eventually([&] { return threads() <= before; })) << "a waiting exchange has a thread";
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(ask(post(other.url(), "x")), IsOk());
  }
  EXPECT_EQ(loop().load().waiting + loop().load().in_flight, 64U) << "the hanging ones are over already";
}

TEST_F(Turns, OneOriginHasALimitAndAllHaveOne) {
  options.in_flight_an_origin = 2;
  options.in_flight = 3;
  const SilentServer silent;
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 6; ++i) {
    answers.push_back(start(one(gated_.url(), std::to_string(i))));
  }
  ASSERT_TRUE(comes_to([](const auto& load) { return load.in_flight == 2 && load.waiting == 4; }));
  auto elsewhere = start(one(silent.url(), "a"), 1h);
  auto too_much = start(one(silent.url(), "b"), 1h);
  ASSERT_TRUE(comes_to([](const auto& load) { return load.in_flight == 3 && load.waiting == 5; }));
  gate_.open();
  for (auto& answer : answers) {
    EXPECT_THAT(answer.get(), IsOk());
  }
  EXPECT_LE(gated_.most_at_once(), 2);
}

TEST_F(Turns, GoToTheOwnerWithTheFewestInFlight) {
  options.in_flight_an_origin = 1;
  std::vector<std::future<Answer>> answers;
  answers.push_back(start(one(gated_.url(), "acme-0"), test::kPatience, acme_));
  ASSERT_TRUE(comes_to([](const auto& load) { return load.in_flight == 1; }));
  for (int i = 1; i < 6; ++i) {
    answers.push_back(start(one(gated_.url(), "acme-" + std::to_string(i)), test::kPatience, acme_));
    ASSERT_TRUE(comes_to([&](const auto& load) { return load.waiting == static_cast<std::size_t>(i); }));
  }
  for (int i = 0; i < 2; ++i) {
    answers.push_back(start(one(gated_.url(), "globex-" + std::to_string(i)), test::kPatience, globex_));
    ASSERT_TRUE(comes_to([&](const auto& load) { return load.waiting == static_cast<std::size_t>(6 + i); }));
  }
  gate_.open();
  for (auto& answer : answers) {
    EXPECT_THAT(answer.get(), IsOk());
  }
  EXPECT_THAT(gated_.targets(),
              ElementsAre("/acme-0", "/globex-0", "/acme-1", "/globex-1", "/acme-2", "/acme-3", "/acme-4", "/acme-5"));
}

TEST_F(Turns, AFullQueueRefusesAtOnceAndStillTakesAnOwnerWithLittleInIt) {
  options.in_flight_an_origin = 1;
  options.waiting = 3;
  std::vector<std::future<Answer>> of_acme;
  of_acme.push_back(start(one(gated_.url(), "0"), test::kPatience, acme_));
  ASSERT_TRUE(comes_to([](const auto& load) { return load.in_flight == 1; }));
  for (int i = 1; i < 4; ++i) {
    of_acme.push_back(start(one(gated_.url(), std::to_string(i)), test::kPatience, acme_));
    ASSERT_TRUE(comes_to([&](const auto& load) { return load.waiting == static_cast<std::size_t>(i); }));
  }
  const auto refused = ask(one(gated_.url(), "4"), test::kPatience, acme_);
  ASSERT_THAT(refused, FailsWith(ErrorCode::overloaded));
  EXPECT_TRUE(refused.error().retry_after);
  auto of_globex = start(one(gated_.url(), "5"), test::kPatience, globex_);
  EXPECT_THAT(of_acme.back().get(), FailsWith(ErrorCode::overloaded)) << "the newest of the owner with the most";
  of_acme.pop_back();
  gate_.open();
  EXPECT_THAT(of_globex.get(), IsOk());
  for (auto& answer : of_acme) {
    EXPECT_THAT(answer.get(), IsOk());
  }
}

TEST_F(Turns, ADeadlineEndsTheWaitForATurn) {
  options.in_flight_an_origin = 1;
  auto first = start(one(gated_.url(), "0"));
  gate_.wait_for_visitor();
  EXPECT_THAT(ask(one(gated_.url(), "1"), 100ms), FailsWith(ErrorCode::deadline_exceeded));
  gate_.open();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_EQ(gated_.requests(), 1);
}

TEST_F(Turns, EqualRequestsInFlightAreOne) {
  std::vector<std::future<Answer>> equal;
  equal.push_back(start(get(gated_.url() + "/crl")));
  gate_.wait_for_visitor();
  for (int i = 0; i < 7; ++i) {
    equal.push_back(start(get(gated_.url() + "/crl")));
  }
  auto other = start(get(gated_.url() + "/crl2"));
  ASSERT_TRUE(test::eventually([&] { return gated_.requests() == 2; }));
  EXPECT_THAT(ask(get(gated_.url() + "/crl"), 100ms), FailsWith(ErrorCode::deadline_exceeded))
      << "each caller has its own deadline";
  gate_.open();
  for (auto& answer : equal) {
    EXPECT_THAT(answer.get(), IsOk());
  }
  EXPECT_THAT(other.get(), IsOk());
  EXPECT_EQ(gated_.requests(), 2);
  EXPECT_THAT(ask(get(gated_.url() + "/crl")), IsOk());
  EXPECT_EQ(gated_.requests(), 3) << "an answer that was given is no longer shared";
}

TEST_F(Turns, RequestsThatMustNotBeRepeatedAreNeverShared) {
  auto first = start(post(gated_.url(), "x"));
  auto second = start(post(gated_.url(), "x"));
  ASSERT_TRUE(test::eventually([&] { return gated_.requests() == 2; }));
  gate_.open();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(second.get(), IsOk());
}

TEST_F(Turns, StoppingEndsAllExchangesAndTakesNoMore) {
  options.in_flight_an_origin = 2;
  const SilentServer silent;
  resolver->hangs_for("hangs.test");
  std::vector<std::future<Answer>> answers;
  answers.push_back(start(get("http://hangs.test/"), 1h));
  for (int i = 0; i < 5; ++i) {
    answers.push_back(start(one(silent.url(), std::to_string(i)), 1h));
  }
  ASSERT_TRUE(comes_to([](const auto& load) { return load.in_flight == 3 && load.waiting == 3; }));
  loop().stop();
  for (auto& answer : answers) {
    ASSERT_TRUE(test::comes(answer));
    EXPECT_THAT(answer.get(), FailsWith(ErrorCode::shutting_down));
  }
  EXPECT_THAT(ask(get(silent.url())), FailsWith(ErrorCode::shutting_down));
  loop().stop();
}

TEST_F(Turns, NumbersAreByOriginOfTheOperatorAndOutcome) {
  const ScriptedServer good([](const auto& client) { client.send(http_answer("200 OK", "")); });
  const ScriptedServer bad([](const auto& client) { client.reset(); });
  resolver->knows("inner.test", {"10.0.0.1"});
  EXPECT_THAT(ask(get(good.url())), IsOk());
  EXPECT_THAT(ask(get(good.url())), IsOk());
  EXPECT_THAT(ask(post(bad.url(), "")), FailsWith(ErrorCode::server_unreachable));
  EXPECT_THAT(ask(by_certificate(get("http://inner.test/"))), FailsWith(ErrorCode::outside_address_refused));
  const auto count = [&](const std::string& origin, ExchangeKind kind, Outcome outcome) {
    for (const auto& one : loop().load().counts) {
      if (one.origin == origin && one.kind == kind && one.outcome == outcome) {
        return one.exchanges;
      }
    }
    return std::uint64_t{0};
  };
  EXPECT_EQ(count(good.url(), ExchangeKind::crl, Outcome::answered), 2U);
  EXPECT_EQ(count(bad.url(), ExchangeKind::timestamp, Outcome::failed), 1U);
  EXPECT_EQ(count("other", ExchangeKind::crl, Outcome::refused), 1U);
  for (const auto& one : loop().load().counts) {
    EXPECT_THAT(one.origin, testing::Not(HasSubstr("inner.test"))) << "a certificate's text is a label";
  }
}

class Breaker : public Turns {
 protected:
  Breaker() {
    options.breaker_failures = 3;
    options.breaker_first = 1h;
    options.breaker_last = 2h;
    options.attempts = 1;
  }
  std::atomic<bool> broken_ = true;
  ScriptedServer server_{[this](const auto& client) {
    if (broken_) {
      client.reset();
      return;
    }
    client.send(http_answer("200 OK", ""));
  }};
  BreakerState state() {
    for (const auto& origin : loop().load().origins) {
      if (origin.origin == server_.url()) {
        return origin.breaker;
      }
    }
    return BreakerState::closed;
  }
  void fail_thrice() {
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(ask(post(server_.url(), "")), FailsWith(ErrorCode::server_unreachable));
    }
  }
};

TEST_F(Breaker, OpensAfterFailuresOneAfterAnotherAndAsksNobody) {
  fail_thrice();
  EXPECT_EQ(state(), BreakerState::open);
  const auto refused = ask(post(server_.url(), ""));
  ASSERT_THAT(refused, FailsWith(ErrorCode::server_unreachable));
  ASSERT_TRUE(refused.error().retry_after);
  EXPECT_LE(*refused.error().retry_after, 1h);
  EXPECT_EQ(server_.requests(), 3);
}

TEST_F(Breaker, ClosesWhenItsProbeSucceeds) {
  options.breaker_first = 50ms;
  fail_thrice();
  broken_ = false;
  EXPECT_TRUE(test::eventually([&] { return ask(post(server_.url(), "")).has_value(); }));
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(server_.requests(), 4);
}

TEST_F(Breaker, OpensAgainWhenItsProbeFails) {
  options.breaker_first = 1s;
  fail_thrice();
  ASSERT_TRUE(test::eventually([&] {
    EXPECT_THAT(ask(post(server_.url(), "")), FailsWith(ErrorCode::server_unreachable));
    return server_.requests() == 4;
  }));
  const auto refused = ask(post(server_.url(), ""));
  ASSERT_THAT(refused, FailsWith(ErrorCode::server_unreachable));
  EXPECT_GT(refused.error().retry_after.value_or(0ms), 1s) << "the pause is not longer";
}

TEST_F(Breaker, HasOneProbeAtATime) {
  options.breaker_first = 1ms;
  std::atomic<bool> probing = false;
  test::Gate gate;
  const ScriptedServer slow([&](const auto& client) {
    if (probing) {
      gate.pass();
    } else {
      client.reset();
    }
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(ask(post(slow.url(), "")), FailsWith(ErrorCode::server_unreachable));
  }
  probing = true;
  std::future<Answer> probe;
  ASSERT_TRUE(test::eventually([&] {
    probe = start(post(slow.url(), ""));
    return slow.requests() == 4 || test::stays([&] { return slow.requests() == 3; }, 20ms) == false;
  }));
  EXPECT_THAT(ask(post(slow.url(), "")), FailsWith(ErrorCode::server_unreachable));
  EXPECT_EQ(slow.requests(), 4);
  gate.open();
}

TEST_F(Breaker, RefusesWhatWaitedForItsTurnWhenItOpens) {
  options.in_flight_an_origin = 1;
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 40; ++i) {
    answers.push_back(start(post(server_.url(), std::to_string(i))));
  }
  for (auto& answer : answers) {
    EXPECT_THAT(answer.get(), FailsWith(ErrorCode::server_unreachable));
  }
  EXPECT_LT(server_.requests(), 10);
}

TEST_F(Breaker, AServerThatHangsOpensItAndOthersAreAsked) {
  const SilentServer silent;
  Exchange hanging = post(silent.url(), "");
  hanging.timeout = 50ms;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(ask(hanging), FailsWith(ErrorCode::deadline_exceeded));
  }
  EXPECT_THAT(ask(hanging), FailsWith(ErrorCode::server_unreachable));
  broken_ = false;
  EXPECT_THAT(ask(post(server_.url(), "")), IsOk());
}

TEST_F(Breaker, CallersInAHurryDoNotOpenIt) {
  const SilentServer silent;
  for (int i = 0; i < 6; ++i) {
    EXPECT_THAT(ask(post(silent.url(), ""), 20ms), FailsWith(ErrorCode::deadline_exceeded)) << i;
  }
}

TEST_F(Breaker, ServerErrorsOpenItAndRefusalsDoNot) {
  std::atomic<bool> broken = false;
  const ScriptedServer server([&](const auto& client) {
    client.send(http_answer(broken ? "500 Internal Server Error" : "404 Not Found", ""));
  });
  for (int i = 0; i < 6; ++i) {
    EXPECT_THAT(ask(post(server.url(), "")), IsOk());
  }
  broken = true;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(ask(post(server.url(), "")), IsOk());
  }
  EXPECT_THAT(ask(post(server.url(), "")), FailsWith(ErrorCode::server_unreachable));
}

TEST(CircuitBreaker, DoublesItsPauseUpToTheLongest) {
  CircuitBreaker breaker(1, 1s, 3s);
  CircuitBreaker::Time now{};
  breaker.failed(now);
  for (const auto pause : {1s, 2s, 3s, 3s}) {
    EXPECT_EQ(breaker.state(), BreakerState::open);
    EXPECT_EQ(breaker.retry_after(now), pause);
    EXPECT_FALSE(breaker.admits(now + pause - 1ms));
    now += pause;
    EXPECT_TRUE(breaker.admits(now));
    EXPECT_EQ(breaker.state(), BreakerState::half_open);
    EXPECT_FALSE(breaker.admits(now)) << "a second probe";
    breaker.failed(now);
  }
  now += 3s;
  EXPECT_TRUE(breaker.admits(now));
  breaker.succeeded();
  breaker.failed(now);
  EXPECT_EQ(breaker.retry_after(now), 1s) << "success did not set the pause back";
}

TEST(CircuitBreaker, SuccessSetsTheCountBackAndAProbeWithoutOutcomeIsTriedAgain) {
  CircuitBreaker breaker(2, 1s, 9s);
  const CircuitBreaker::Time now{};
  breaker.failed(now);
  breaker.succeeded();
  breaker.failed(now);
  EXPECT_EQ(breaker.state(), BreakerState::closed);
  breaker.failed(now);
  EXPECT_TRUE(breaker.admits(now + 1s));
  breaker.undecided(now + 1s);
  EXPECT_TRUE(breaker.admits(now + 1s));
}

}  // namespace
}  // namespace rakkan::fetch
