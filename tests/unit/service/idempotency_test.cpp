#include "rakkan/service/idempotency.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "support/fake_clock.hpp"
#include "support/fixed_random.hpp"
#include "support/memory_ledger.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::service {
namespace {

using test::FailsWith;
using test::IsOk;

struct IdempotencyTest : testing::Test {
  test::MemoryLedger ledger;
  test::FakeClock clock{*parse_rfc3339("2026-11-24T01:02:03Z")};
  test::FixedRandom random;
  std::unique_ptr<Idempotency> idempotency = Idempotency::open(ledger, clock, random, std::chrono::hours(24)).value();
  const TenantId acme{"acme"};
  const TenantId other{"other"};
  const Bytes fingerprint = idempotency->fingerprint({"POST", "/v1/cms", "{}", "digest"});

  // Records an answer, as the signature's commit does.
  void answer(const TenantId& tenant, const std::string& key) {
    store::Additions additions;
    additions.changes.emplace_back(
        store::IdempotencyRow{tenant, key, fingerprint, clock.time, SignatureId("sig_1"), {}});
    ASSERT_THAT(ledger.commit(additions), IsOk());
  }
};

TEST_F(IdempotencyTest, TheFirstWorksAndALaterOneGetsItsAnswer) {
  {
    ASSERT_OK_AND_ASSIGN(const auto claim, idempotency->claim(acme, "k", fingerprint));
    EXPECT_TRUE(std::holds_alternative<Idempotency::Permit>(claim));
    answer(acme, "k");
  }
  ASSERT_OK_AND_ASSIGN(const auto again, idempotency->claim(acme, "k", fingerprint));
  ASSERT_TRUE(std::holds_alternative<Idempotency::Replay>(again));
  EXPECT_EQ(std::get<Idempotency::Replay>(again).signature, SignatureId("sig_1"));
}

TEST_F(IdempotencyTest, OneThatComesMeanwhileIsToldWhenToTryAgain) {
  ASSERT_OK_AND_ASSIGN(const auto claim, idempotency->claim(acme, "k", fingerprint));
  const auto second = idempotency->claim(acme, "k", fingerprint);
  ASSERT_THAT(second, FailsWith(ErrorCode::idempotency_in_flight));
  EXPECT_EQ(second.error().retry_after, std::chrono::milliseconds(1'000));
}

TEST_F(IdempotencyTest, OneThatFailedMayBeTriedAgain) {
  {
    ASSERT_THAT(idempotency->claim(acme, "k", fingerprint), IsOk());
  }
  ASSERT_OK_AND_ASSIGN(const auto again, idempotency->claim(acme, "k", fingerprint));
  EXPECT_TRUE(std::holds_alternative<Idempotency::Permit>(again));
}

TEST_F(IdempotencyTest, OtherContentsUnderAUsedKeyAreRefused) {
  answer(acme, "k");
  const Bytes another = idempotency->fingerprint({"POST", "/v1/cms", "{}", "another digest"});
  EXPECT_THAT(idempotency->claim(acme, "k", another), FailsWith(ErrorCode::idempotency_key_reused));
  EXPECT_THAT(idempotency->claim(acme, "k", fingerprint), IsOk()) << "the refusal gave its place back";
}

TEST_F(IdempotencyTest, TenantsDoNotMeet) {
  answer(acme, "k");
  ASSERT_OK_AND_ASSIGN(const auto claim, idempotency->claim(other, "k", fingerprint));
  EXPECT_TRUE(std::holds_alternative<Idempotency::Permit>(claim));
}

TEST_F(IdempotencyTest, AStoreThatFailsGivesThePlaceBack) {
  ledger.broken = true;
  EXPECT_THAT(idempotency->claim(acme, "k", fingerprint), FailsWith(ErrorCode::store_unavailable));
  ledger.broken = false;
  EXPECT_THAT(idempotency->claim(acme, "k", fingerprint), IsOk());
}

TEST_F(IdempotencyTest, AnswersAreForgottenAfterTheirTime) {
  answer(acme, "k");
  clock.time += std::chrono::hours(23);
  ASSERT_THAT(idempotency->forget(), IsOk());
  ASSERT_TRUE(ledger.answer(acme, "k").value().has_value());
  clock.time += std::chrono::hours(2);
  ASSERT_THAT(idempotency->forget(), IsOk());
  EXPECT_FALSE(ledger.answer(acme, "k").value().has_value());
}

TEST_F(IdempotencyTest, FingerprintsTellBordersAndSecretsApart) {
  EXPECT_NE(idempotency->fingerprint({"ab", "c"}), idempotency->fingerprint({"a", "bc"}));
  EXPECT_NE(idempotency->fingerprint({"a"}), idempotency->fingerprint({"a", ""}));
  test::MemoryLedger another_ledger;
  const auto another = Idempotency::open(another_ledger, clock, random, std::chrono::hours(24)).value();
  EXPECT_NE(another->fingerprint({"a"}), idempotency->fingerprint({"a"}));
}

TEST_F(IdempotencyTest, TheSecretIsMadeOnce) {
  const auto again = Idempotency::open(ledger, clock, random, std::chrono::hours(24)).value();
  EXPECT_EQ(again->fingerprint({"a"}), idempotency->fingerprint({"a"}));
  ledger.facts.begin()->second = "not ours";
  EXPECT_THAT(Idempotency::open(ledger, clock, random, std::chrono::hours(24)), FailsWith(ErrorCode::store_corrupt));
}

TEST_F(IdempotencyTest, OfManyAtOnceOneWorks) {
  std::atomic<int> permits{0};
  std::atomic<int> in_flight{0};
  std::vector<Result<Idempotency::Claim>> claims;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      auto claim = idempotency->claim(acme, "k", fingerprint);
      ++(claim ? permits : in_flight);
      const std::scoped_lock lock(mutex);
      claims.push_back(std::move(claim));
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(permits, 1);
  EXPECT_EQ(in_flight, 7);
}

TEST(IdempotencyKey, IsPrintableAsciiOfBoundedLength) {
  EXPECT_EQ(parse_idempotency_key("8e03978e-40d5-43e8-bc93-6894a57f9324").value(),
            "8e03978e-40d5-43e8-bc93-6894a57f9324");
  EXPECT_THAT(parse_idempotency_key(std::string(255, '~')), IsOk());
  for (const std::string& bad :
       {std::string(), std::string(256, 'x'), std::string("a\tb"), std::string("鍵"), std::string("a\0b", 3)}) {
    EXPECT_THAT(parse_idempotency_key(bad), FailsWith(ErrorCode::invalid_request));
  }
}

}  // namespace
}  // namespace rakkan::service
