// A party's PIN by an operator's code: once, in its time, for its credential, and what it does to the PIN before.
#include "rakkan/credentials/activation.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "rakkan/async/task.hpp"
#include "rakkan/store/store.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::credentials {
namespace {

using test::FailsWith;
using test::IsOk;
using test::pin_of;
using ::testing::ElementsAre;

constexpr std::string_view kNewPin = "new-pin-of-yamada";
constexpr std::string_view kWrongCode = "0000-0000-0000-0000-0000";

class PinChangeTest : public ::testing::Test {
 protected:
  PinChangeTest() {
    for (const char* id : {"yamada", "sato", "fresh"}) {
      store::CredentialRow row;
      row.id = CredentialId(id);
      row.kind = store::CredentialKind::party;
      row.party = PartyId(id);
      EXPECT_THAT(store_->commit({.changes = {row}}), IsOk());
    }
    const SecureBytes pin = pin_of(test::kYamadasPin);
    EXPECT_THAT(async::block_on(activation_.set_pin(test::kOperator, yamada_, pin, soon())), IsOk());
  }
  static async::Deadline soon() { return async::deadline_in(test::kPatience); }
  static access::Principal of_tenant(const std::string& name) { return {"key:" + name, TenantId(name)}; }

  std::string issue(const CredentialId& id) {
    auto issued = async::block_on(activation_.issue_code(test::kOperator, id, soon()));
    return std::string(test::value_or_throw(std::move(issued)).text.text());
  }
  Result<void> set_by_code(const CredentialId& id, std::string_view code, std::string_view pin = kNewPin,
                           const access::Principal& by = of_tenant("acme")) {
    const SecureBytes secret_code = pin_of(code);
    const SecureBytes new_pin = pin_of(pin);
    return async::block_on(activation_.set_pin_by_code(by, id, secret_code, new_pin, soon())).map([](auto) {});
  }
  Result<void> verify(const CredentialId& id, std::string_view pin, const access::Principal& by = of_tenant("acme")) {
    const SecureBytes secret = pin_of(pin);
    return async::block_on(activation_.verify_pin(by, id, secret, soon()));
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<store::Store> store_ = test::value_or_throw(store::open_sqlite(folder_.path()));
  async::BoundedPool pool_{{"pin", 8, 64}};
  test::FakeClock clock_{Instant(std::chrono::seconds(1'000'000))};
  crypto::SystemRandom random_;
  test::FakeTrail trail_{*store_, clock_};
  Activation activation_{*store_, trail_, pool_, clock_, random_, test::cheap_pins()};
  const CredentialId yamada_{"yamada"};
  const CredentialId sato_{"sato"};
  const CredentialId fresh_{"fresh"};
};

TEST_F(PinChangeTest, ACodeSetsTheFirstPin) {
  EXPECT_THAT(verify(fresh_, kNewPin), FailsWith(ErrorCode::pin_not_set));
  EXPECT_THAT(set_by_code(fresh_, issue(fresh_)), IsOk());
  EXPECT_THAT(verify(fresh_, kNewPin), IsOk());
}

TEST_F(PinChangeTest, ACodeSetsANewPinAndTheOldOneIsNoneAnyMore) {
  const std::string code = issue(yamada_);
  EXPECT_THAT(verify(yamada_, test::kYamadasPin), IsOk()) << "until the code is used";
  EXPECT_THAT(set_by_code(yamada_, code), IsOk());
  EXPECT_THAT(verify(yamada_, test::kYamadasPin), FailsWith(ErrorCode::pin_incorrect));
  EXPECT_THAT(verify(yamada_, kNewPin), IsOk());
}

TEST_F(PinChangeTest, ACodeEndsALock) {
  for (const char* tenant : {"acme", "other"}) {
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(verify(yamada_, "wrong-pin", of_tenant(tenant)), FailsWith(ErrorCode::pin_incorrect));
    }
    EXPECT_THAT(verify(yamada_, test::kYamadasPin, of_tenant(tenant)), FailsWith(ErrorCode::pin_locked));
  }
  EXPECT_THAT(set_by_code(yamada_, issue(yamada_)), IsOk());
  EXPECT_THAT(verify(yamada_, kNewPin), IsOk());
  EXPECT_THAT(verify(yamada_, kNewPin, of_tenant("other")), IsOk());
}

TEST_F(PinChangeTest, ACodeIsUsedOnce) {
  const std::string code = issue(yamada_);
  EXPECT_THAT(set_by_code(yamada_, code), IsOk());
  EXPECT_THAT(set_by_code(yamada_, code, "third-pin"), FailsWith(ErrorCode::pin_code_unknown));
  EXPECT_THAT(verify(yamada_, kNewPin), IsOk());
}

TEST_F(PinChangeTest, ACodeIsForItsCredentialAlone) {
  const std::string code = issue(yamada_);
  static_cast<void>(issue(sato_));
  EXPECT_THAT(set_by_code(sato_, code), FailsWith(ErrorCode::pin_code_unknown));
  EXPECT_THAT(set_by_code(fresh_, code), FailsWith(ErrorCode::pin_code_unknown)) << "for which none was issued";
  EXPECT_THAT(set_by_code(CredentialId("nobody"), code), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(set_by_code(yamada_, code), IsOk());
}

TEST_F(PinChangeTest, ANewCodeReplacesTheOneBefore) {
  const std::string first = issue(yamada_);
  const std::string second = issue(yamada_);
  EXPECT_THAT(set_by_code(yamada_, first), FailsWith(ErrorCode::pin_code_unknown));
  EXPECT_THAT(set_by_code(yamada_, second), IsOk());
}

TEST_F(PinChangeTest, ACodeEndsWithItsTime) {
  const PinPolicy policy = test::cheap_pins();
  const std::string code = issue(yamada_);
  clock_.time += policy.code_lifetime;
  EXPECT_THAT(set_by_code(yamada_, code), FailsWith(ErrorCode::pin_code_expired));
  EXPECT_THAT(set_by_code(yamada_, kWrongCode), FailsWith(ErrorCode::pin_code_unknown)) << "a guess learns nothing";
  EXPECT_THAT(verify(yamada_, test::kYamadasPin), IsOk());
  const std::string another = issue(yamada_);
  clock_.time += policy.code_lifetime - std::chrono::milliseconds(1);
  EXPECT_THAT(set_by_code(yamada_, another), IsOk());
}

TEST_F(PinChangeTest, AWithdrawnCodeIsNoneAnyMore) {
  const std::string code = issue(yamada_);
  ASSERT_THAT(async::block_on(activation_.withdraw_code(test::kOperator, yamada_, soon())), IsOk());
  EXPECT_THAT(async::block_on(activation_.withdraw_code(test::kOperator, yamada_, soon())),
              FailsWith(ErrorCode::pin_code_unknown));
  EXPECT_THAT(set_by_code(yamada_, code), FailsWith(ErrorCode::pin_code_unknown));
}

// Five wrong codes end the code for the tenant that brought them, and lock no PIN.
TEST_F(PinChangeTest, WrongCodesAreFewAndTheirTenantsOwn) {
  const std::string code = issue(yamada_);
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(set_by_code(yamada_, kWrongCode), FailsWith(ErrorCode::pin_code_unknown));
  }
  EXPECT_THAT(set_by_code(yamada_, kWrongCode), FailsWith(ErrorCode::pin_code_exhausted));
  EXPECT_THAT(set_by_code(yamada_, code), FailsWith(ErrorCode::pin_code_exhausted)) << "the right one too";
  EXPECT_THAT(verify(yamada_, test::kYamadasPin), IsOk()) << "the PIN is not locked by it";
  EXPECT_THAT(set_by_code(yamada_, code, kNewPin, of_tenant("other")), IsOk()) << "nobody else's code is ended";
  EXPECT_THAT(set_by_code(yamada_, issue(yamada_), "third-pin"), IsOk()) << "a new code is judged afresh";
}

// A guess does not tell whether a code is open.
TEST_F(PinChangeTest, WithoutACodeTheAnswersAreTheSame) {
  static_cast<void>(issue(yamada_));
  for (int i = 0; i < 7; ++i) {
    const auto with = set_by_code(yamada_, kWrongCode);
    const auto without = set_by_code(sato_, kWrongCode);
    ASSERT_FALSE(with.has_value() || without.has_value());
    EXPECT_EQ(with.error().code, without.error().code) << i;
    EXPECT_EQ(with.error().detail, without.error().detail) << i;
  }
}

TEST_F(PinChangeTest, WhatIsNoCodeOrAShortPinIsNotCounted) {
  const std::string code = issue(yamada_);
  for (int i = 0; i < 9; ++i) {
    EXPECT_THAT(set_by_code(yamada_, code.substr(1)), FailsWith(ErrorCode::invalid_argument));
    EXPECT_THAT(set_by_code(yamada_, kWrongCode, "12345"), FailsWith(ErrorCode::invalid_argument));
  }
  EXPECT_THAT(set_by_code(yamada_, code), IsOk());
}

TEST_F(PinChangeTest, OneCodeAtOnceFromThirtyTwoSetsOnePin) {
  const std::string code = issue(yamada_);
  trail_.forget();
  std::mutex mutex;
  std::map<int, Result<void>> answers;
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&, i] {
      auto answer = set_by_code(yamada_, code, "pin-number-" + std::to_string(i));
      const std::scoped_lock lock(mutex);
      answers.emplace(i, std::move(answer));
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  int set = 0;
  for (const auto& [number, answer] : answers) {
    if (answer) {
      ++set;
      EXPECT_THAT(verify(yamada_, "pin-number-" + std::to_string(number)), IsOk());
    } else {
      // Those that came when it was used up are wrong codes, and after a few of them the tenant asks for a new one.
      EXPECT_THAT(answer,
                  ::testing::AnyOf(FailsWith(ErrorCode::pin_code_unknown), FailsWith(ErrorCode::pin_code_exhausted)));
    }
  }
  EXPECT_EQ(set, 1);
  EXPECT_THAT(trail_.events(), ElementsAre("pin.changed"));
}

TEST_F(PinChangeTest, TheTrailSaysWhoseCodeItWasAndWhoUsedItAndNotTheCode) {
  trail_.forget();
  const std::string code = issue(yamada_);
  ASSERT_THAT(set_by_code(yamada_, code), IsOk());
  static_cast<void>(issue(yamada_));
  ASSERT_THAT(async::block_on(activation_.withdraw_code(test::kOperator, yamada_, soon())), IsOk());
  EXPECT_THAT(trail_.events(), ElementsAre("pin.code_issued", "pin.changed", "pin.code_issued", "pin.code_withdrawn"));
  const auto entries = trail_.entries();
  EXPECT_EQ(entries[0].body, R"({"by":{"id":"local:0"},"credential":"yamada","expires":")" +
                                 to_rfc3339(clock_.time + test::cheap_pins().code_lifetime) + "\"}");
  EXPECT_EQ(entries[1].body, R"({"by":{"id":"key:acme","tenant":"acme"},"credential":"yamada","way":"code"})");
  EXPECT_EQ(entries[3].body, R"({"by":{"id":"local:0"},"credential":"yamada"})");
}

TEST_F(PinChangeTest, WithoutItsEntryNothingIsChanged) {
  const std::string code = issue(yamada_);
  trail_.fail_at("pin.changed");
  EXPECT_THAT(set_by_code(yamada_, code), FailsWith(ErrorCode::audit_unavailable));
  trail_.repair();
  EXPECT_THAT(verify(yamada_, test::kYamadasPin), IsOk());
  trail_.fail_at("pin.code_issued");
  EXPECT_THAT(async::block_on(activation_.issue_code(test::kOperator, yamada_, soon())),
              FailsWith(ErrorCode::audit_unavailable));
  trail_.repair();
  EXPECT_THAT(set_by_code(yamada_, code), IsOk()) << "the code is as good as before";
}

TEST_F(PinChangeTest, AKeyThatEndedIsNotToldWhetherACodeIsRight) {
  const auto standing = std::make_shared<access::KeyStanding>(ApiKeyId("k"), clock_.time, false);
  const access::Principal caller{"key:k", TenantId("acme"), false, standing};
  const std::string code = issue(yamada_);
  EXPECT_THAT(set_by_code(yamada_, kWrongCode, kNewPin, caller), FailsWith(ErrorCode::api_key_expired));
  EXPECT_THAT(set_by_code(yamada_, code, kNewPin, caller), FailsWith(ErrorCode::api_key_expired));
  EXPECT_THAT(set_by_code(yamada_, code), IsOk());
}

TEST_F(PinChangeTest, AProofOfThePinBeforeIsNoneAfterTheChange) {
  const SecureBytes pin = pin_of(test::kYamadasPin);
  ASSERT_OK_AND_ASSIGN(const store::PinStanding standing,
                       async::block_on(activation_.prove_pin(of_tenant("acme"), yamada_, pin, soon())));
  EXPECT_THAT(store_->commit({.changes = {standing}}), IsOk());
  ASSERT_THAT(set_by_code(yamada_, issue(yamada_)), IsOk());
  EXPECT_THAT(store_->commit({.changes = {standing}}), FailsWith(ErrorCode::pin_incorrect));
}

}  // namespace
}  // namespace rakkan::credentials
