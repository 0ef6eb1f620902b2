#include "rakkan/credentials/activation.hpp"

#include "rakkan/async/task.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/store/store.hpp"

#include <atomic>
#include <thread>

#include "credentials/argon2.hpp"
#include "support/gate.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::credentials {
namespace {

using test::FailsWith;
using test::IsOk;
using test::pin_of;

class ActivationTest : public ::testing::Test {
 protected:
  ActivationTest() {
    for (const char* id : {"yamada", "sato"}) {
      store::CredentialRow row;
      row.id = CredentialId(id);
      row.kind = CredentialKind::party;
      row.party = PartyId(id);
      EXPECT_THAT(store_->commit({.changes = {row}}), IsOk());
    }
    EXPECT_THAT(set(yamada_, test::kYamadasPin), IsOk());
    EXPECT_THAT(set(sato_, test::kSatosPin), IsOk());
  }
  static async::Deadline soon() { return async::deadline_in(test::kPatience); }
  static Result<void> verify_by(Activation& activation, const CredentialId& id, std::string_view pin,
                                const access::Principal& by = test::kOperator) {
    const SecureBytes secret = pin_of(pin);
    return async::block_on(activation.verify_pin(by, id, secret, soon()));
  }
  static access::Principal of_tenant(const std::string& name) { return {"key:" + name, TenantId(name)}; }
  static PinPolicy with_waits() {
    PinPolicy policy = test::cheap_pins();
    policy.first_wait = std::chrono::seconds(1);
    policy.longest_wait = std::chrono::seconds(60);
    return policy;
  }
  Result<void> verify(const CredentialId& id, std::string_view pin) { return verify_by(activation_, id, pin); }
  Result<void> set(const CredentialId& id, std::string_view pin) {
    const SecureBytes secret = pin_of(pin);
    return async::block_on(activation_.set_pin(test::kOperator, id, secret, soon()));
  }
  Result<void> change(const CredentialId& id, std::string_view from, std::string_view to) {
    const SecureBytes old_pin = pin_of(from);
    const SecureBytes new_pin = pin_of(to);
    return async::block_on(activation_.change_pin(test::kOperator, id, old_pin, new_pin, soon())).map([](auto) {});
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<store::Store> store_ = test::value_or_throw(store::open_sqlite(folder_.path()));
  async::BoundedPool pool_{{"pin", 2, 16}};
  test::FakeClock clock_{Instant(std::chrono::seconds(1'000'000))};
  crypto::SystemRandom random_;
  test::FakeTrail trail_{*store_, clock_};
  Activation activation_{*store_, trail_, pool_, clock_, random_, test::cheap_pins()};
  const CredentialId yamada_{"yamada"};
  const CredentialId sato_{"sato"};
};

TEST_F(ActivationTest, RightPinIsAccepted) { EXPECT_THAT(verify(yamada_, test::kYamadasPin), IsOk()); }

TEST_F(ActivationTest, PinOfAnotherPartyIsIncorrect) {
  EXPECT_THAT(verify(yamada_, test::kSatosPin), FailsWith(ErrorCode::pin_incorrect));
  EXPECT_THAT(verify(sato_, test::kYamadasPin), FailsWith(ErrorCode::pin_incorrect));
}

TEST_F(ActivationTest, TheSamePinOfTwoPartiesIsKeptDifferently) {
  const CredentialId third("third");
  store::CredentialRow row;
  row.id = third;
  ASSERT_THAT(store_->commit({.changes = {row}}), IsOk());
  ASSERT_THAT(set(third, test::kYamadasPin), IsOk());
  const store::LockPolicy policy{9, std::nullopt};
  ASSERT_OK_AND_ASSIGN(const auto one, store_->begin_pin_attempt(yamada_, TenantId(), policy, clock_.now()));
  ASSERT_OK_AND_ASSIGN(const auto other, store_->begin_pin_attempt(third, TenantId(), policy, clock_.now()));
  EXPECT_NE(one.secret.hash, other.secret.hash);
}

TEST_F(ActivationTest, LocksAfterRepeatedFailureEvenForTheRightPin) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(verify(yamada_, "wrong-pin"), FailsWith(ErrorCode::pin_incorrect));
  }
  EXPECT_THAT(verify(yamada_, "wrong-pin"), FailsWith(ErrorCode::pin_locked));
  EXPECT_THAT(verify(yamada_, test::kYamadasPin), FailsWith(ErrorCode::pin_locked));
  EXPECT_THAT(verify(sato_, test::kSatosPin), IsOk());
}

TEST_F(ActivationTest, SuccessStartsTheCountAfresh) {
  for (int round = 0; round < 3; ++round) {
    EXPECT_THAT(verify(yamada_, "wrong-pin"), FailsWith(ErrorCode::pin_incorrect));
    EXPECT_THAT(verify(yamada_, "wrong-pin"), FailsWith(ErrorCode::pin_incorrect));
    EXPECT_THAT(verify(yamada_, test::kYamadasPin), IsOk());
  }
}

TEST_F(ActivationTest, LockEndsAfterItsTimeWhenThePolicySaysSo) {
  PinPolicy policy = test::cheap_pins();
  policy.lock_time = std::chrono::seconds(60);
  Activation activation(*store_, trail_, pool_, clock_, random_, policy);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(verify_by(activation, yamada_, "wrong-pin"), FailsWith(ErrorCode::pin_incorrect));
  }
  EXPECT_THAT(verify_by(activation, yamada_, test::kYamadasPin), FailsWith(ErrorCode::pin_locked));
  clock_.time += std::chrono::seconds(60);
  EXPECT_THAT(verify_by(activation, yamada_, test::kYamadasPin), IsOk());
}

TEST_F(ActivationTest, WhatOneTenantGetsWrongLocksNoOtherOut) {
  const access::Principal attacker = of_tenant("attacker");
  const access::Principal victim = of_tenant("victim");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(verify_by(activation_, yamada_, "wrong-pin", attacker), FailsWith(ErrorCode::pin_incorrect));
  }
  EXPECT_THAT(verify_by(activation_, yamada_, test::kYamadasPin, attacker), FailsWith(ErrorCode::pin_locked));
  EXPECT_THAT(verify_by(activation_, yamada_, test::kYamadasPin, victim), IsOk());
}

TEST_F(ActivationTest, EachFailureMakesTheNextTryWaitLonger) {
  Activation activation(*store_, trail_, pool_, clock_, random_, with_waits());
  const access::Principal caller = of_tenant("acme");
  for (const int wait : {1, 2}) {
    EXPECT_THAT(verify_by(activation, yamada_, "wrong-pin", caller), FailsWith(ErrorCode::pin_incorrect));
    clock_.time += std::chrono::seconds(wait) - std::chrono::milliseconds(1);
    const auto early = verify_by(activation, yamada_, test::kYamadasPin, caller);
    ASSERT_THAT(early, FailsWith(ErrorCode::pin_wait));
    EXPECT_EQ(early.error().retry_after, std::chrono::milliseconds(1));
    clock_.time += std::chrono::milliseconds(1);
  }
  EXPECT_THAT(verify_by(activation, yamada_, test::kYamadasPin, caller), IsOk());
  EXPECT_THAT(verify_by(activation, yamada_, test::kYamadasPin, caller), IsOk()) << "no wait after the right one";
}

// Many tenants that guess one PIN wait for each other, and nobody who knows it waits for them.
TEST_F(ActivationTest, ManyTenantsThatGuessWaitForEachOtherAlone) {
  Activation activation(*store_, trail_, pool_, clock_, random_, with_waits());
  const access::Principal victim = of_tenant("victim");
  EXPECT_THAT(verify_by(activation, yamada_, test::kYamadasPin, victim), IsOk());
  int judged = 0;
  const Instant end = clock_.time + std::chrono::hours(1);
  for (int i = 0; clock_.time < end; ++i, clock_.time += std::chrono::seconds(1)) {
    const auto guess = verify_by(activation, yamada_, "wrong-pin", of_tenant("t" + std::to_string(i)));
    judged += !guess && guess.error().code == ErrorCode::pin_incorrect ? 1 : 0;
    if (i % 100 == 0) {
      EXPECT_THAT(verify_by(activation, yamada_, test::kYamadasPin, victim), IsOk());
    }
  }
  EXPECT_LE(judged, 66) << "one a minute, once the wait is as long as it gets";
  clock_.time += std::chrono::seconds(60);
  EXPECT_THAT(verify_by(activation, yamada_, test::kYamadasPin, of_tenant("new")), IsOk()) << "nobody is locked out";
}

TEST_F(ActivationTest, ManyTriesAtOnceAreNoMoreThanTheyMayBe) {
  const auto judged_of = [&](Activation& activation, const CredentialId& id) {
    std::atomic<int> judged = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 64; ++i) {
      threads.emplace_back([&] {
        const auto tried = verify_by(activation, id, "wrong-pin", of_tenant("acme"));
        judged += !tried && tried.error().code == ErrorCode::pin_incorrect ? 1 : 0;
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return judged.load();
  };
  async::BoundedPool wide({"pin", 8, 64});
  Activation without_waits(*store_, trail_, wide, clock_, random_, test::cheap_pins());
  EXPECT_EQ(judged_of(without_waits, yamada_), 3);
  Activation waiting(*store_, trail_, wide, clock_, random_, with_waits());
  EXPECT_EQ(judged_of(waiting, sato_), 1);
}

TEST_F(ActivationTest, AKeyThatEndedIsNotToldWhetherAPinIsRight) {
  const auto standing =
      std::make_shared<access::KeyStanding>(ApiKeyId("k"), clock_.time + std::chrono::seconds(1), false);
  const access::Principal caller{"key:k", TenantId("acme"), false, standing};
  EXPECT_THAT(verify_by(activation_, yamada_, test::kYamadasPin, caller), IsOk());
  clock_.time += std::chrono::seconds(1);
  EXPECT_THAT(verify_by(activation_, yamada_, test::kYamadasPin, caller), FailsWith(ErrorCode::api_key_expired));
  EXPECT_THAT(verify_by(activation_, yamada_, "wrong-pin", caller), FailsWith(ErrorCode::api_key_expired));
}

TEST_F(ActivationTest, OperatorEndsTheLockOfOneTenant) {
  for (const char* name : {"one", "other"}) {
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(verify_by(activation_, yamada_, "wrong-pin", of_tenant(name)), FailsWith(ErrorCode::pin_incorrect));
    }
  }
  trail_.forget();
  ASSERT_THAT(async::block_on(activation_.reset_failures(test::kOperator, yamada_, TenantId("one"), soon())), IsOk());
  EXPECT_THAT(trail_.entries().back().body, R"({"by":{"id":"local:0"},"credential":"yamada","tenant":"one"})");
  EXPECT_THAT(verify_by(activation_, yamada_, test::kYamadasPin, of_tenant("one")), IsOk());
  EXPECT_THAT(verify_by(activation_, yamada_, test::kYamadasPin, of_tenant("other")), FailsWith(ErrorCode::pin_locked));
}

TEST_F(ActivationTest, RightPinsAtOnceDoNotLockEachOtherOut) {
  std::vector<std::thread> threads;
  std::atomic<int> accepted = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { accepted += verify(yamada_, test::kYamadasPin).has_value() ? 1 : 0; });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(accepted, 8);
}

TEST_F(ActivationTest, CredentialWithoutPinIsPinNotSet) {
  EXPECT_THAT(verify(CredentialId("nobody"), "123456"), FailsWith(ErrorCode::pin_not_set));
}

TEST_F(ActivationTest, PinIsSetOnce) {
  EXPECT_THAT(set(yamada_, "another-pin"), FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(verify(yamada_, test::kYamadasPin), IsOk());
}

TEST_F(ActivationTest, ShortPinIsRefused) {
  EXPECT_THAT(set(CredentialId("third"), "12345"), FailsWith(ErrorCode::invalid_argument));
}

TEST_F(ActivationTest, ChangingNeedsTheOldPin) {
  EXPECT_THAT(change(yamada_, "wrong-pin", "new-pin-1"), FailsWith(ErrorCode::pin_incorrect));
  EXPECT_THAT(change(yamada_, test::kYamadasPin, "new-pin-1"), IsOk());
  EXPECT_THAT(verify(yamada_, test::kYamadasPin), FailsWith(ErrorCode::pin_incorrect));
  EXPECT_THAT(verify(yamada_, "new-pin-1"), IsOk());
}

TEST_F(ActivationTest, OperatorEndsALockAndThePinStays) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(verify(yamada_, "wrong-pin"), FailsWith(ErrorCode::pin_incorrect));
  }
  ASSERT_THAT(async::block_on(activation_.reset_failures(test::kOperator, yamada_, std::nullopt, soon())), IsOk());
  EXPECT_THAT(verify(yamada_, test::kYamadasPin), IsOk());
}

TEST_F(ActivationTest, ChangesAreRecordedWithWhoMadeThem) {
  trail_.forget();
  ASSERT_THAT(change(yamada_, test::kYamadasPin, "new-pin-1"), IsOk());
  ASSERT_THAT(async::block_on(activation_.reset_failures(test::kOperator, sato_, std::nullopt, soon())), IsOk());
  EXPECT_THAT(trail_.events(), ::testing::ElementsAre("pin.changed", "pin.reset"));
  EXPECT_EQ(trail_.entries().front().body, R"({"by":{"id":"local:0"},"credential":"yamada","way":"old_pin"})");
  EXPECT_EQ(trail_.entries().back().body, R"({"by":{"id":"local:0"},"credential":"sato"})");
}

TEST_F(ActivationTest, WithoutItsEntryNothingIsChanged) {
  const CredentialId third("third");
  store::CredentialRow row;
  row.id = third;
  ASSERT_THAT(store_->commit({.changes = {row}}), IsOk());
  EXPECT_THAT(verify(sato_, "wrong-pin"), FailsWith(ErrorCode::pin_incorrect));
  for (const char* event : {"pin.set", "pin.changed", "pin.reset"}) {
    trail_.fail_at(event);
    const Result<void> refused =
        event == std::string_view("pin.set") ? set(third, "123456")
        : event == std::string_view("pin.changed")
            ? change(yamada_, test::kYamadasPin, "new-pin-1")
            : async::block_on(activation_.reset_failures(test::kOperator, sato_, std::nullopt, soon()));
    EXPECT_THAT(refused, FailsWith(ErrorCode::audit_unavailable)) << event;
    trail_.repair();
  }
  EXPECT_THAT(verify(third, "123456"), FailsWith(ErrorCode::pin_not_set));
  EXPECT_THAT(verify(yamada_, test::kYamadasPin), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto attempt,
                       store_->begin_pin_attempt(sato_, TenantId(), {9, std::nullopt}, clock_.now()));
  EXPECT_EQ(attempt.failures, 2U) << "the failure still counts";
}

TEST_F(ActivationTest, OfTwoFirstPinsOneIsRefusedAndTheTrailGoesOn) {
  const CredentialId third("third");
  EXPECT_THAT(set(third, "123456"), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(set(yamada_, "another-pin"), FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(trail_.ready(), IsOk());
}

TEST_F(ActivationTest, GuessesBeyondTheQueueAreRefusedAtOnce) {
  async::BoundedPool narrow({"pin", 1, 1});
  test::Gate gate;
  const async::Owner same = test::kOperator.owner();
  ASSERT_THAT(narrow.submit([&](Result<void>) { gate.pass(); }, soon(), same), IsOk());
  gate.wait_for_visitor();
  ASSERT_THAT(narrow.submit([](Result<void>) {}, soon(), same), IsOk());
  Activation activation(*store_, trail_, narrow, clock_, random_, test::cheap_pins());
  EXPECT_THAT(verify_by(activation, yamada_, test::kYamadasPin), FailsWith(ErrorCode::overloaded));
  gate.open();
}

TEST_F(ActivationTest, GuessesOfAnotherTenantDoNotFillTheQueue) {
  async::BoundedPool narrow({"pin", 1, 2});
  test::Gate gate;
  const async::Owner other = async::Owner::of("another tenant");
  std::atomic<int> refused = 0;
  const auto guess = [&](const Result<void>& start) { refused += start ? 0 : 1; };
  ASSERT_THAT(narrow.submit([&](Result<void>) { gate.pass(); }, soon(), other), IsOk());
  gate.wait_for_visitor();
  ASSERT_THAT(narrow.submit(guess, soon(), other), IsOk());
  ASSERT_THAT(narrow.submit(guess, soon(), other), IsOk());
  Activation activation(*store_, trail_, narrow, clock_, random_, test::cheap_pins());
  std::thread waits([&] { EXPECT_THAT(verify_by(activation, yamada_, test::kYamadasPin), IsOk()); });
  EXPECT_TRUE(test::eventually([&] { return refused == 1; })) << "none makes room";
  gate.open();
  waits.join();
}

// RFC 9106 §5.3 cannot be had through this adapter (it has a secret and associated data); the reference
// implementation's test for Argon2id, version 0x13: t=2, m=2^8 KiB, p=1, "password", "somesalt".
TEST(Argon2id, AgreesWithTheReferenceImplementation) {
  const SecureBytes password(bytes_of("password"));
  ASSERT_OK_AND_ASSIGN(const Bytes tag, argon2id(password, bytes_of("somesalt"), {256, 2, 1}, 32));
  EXPECT_EQ(to_hex(tag), "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
}

TEST(Argon2id, ImpossibleCostIsAnError) {
  EXPECT_THAT(argon2id(SecureBytes(bytes_of("x")), bytes_of("somesalt"), {1, 0, 1}, 32),
              FailsWith(ErrorCode::internal));
}

}  // namespace
}  // namespace rakkan::credentials
