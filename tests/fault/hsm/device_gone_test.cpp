// The device goes and comes back, and so do sessions: without a restart of the process.
#include <gtest/gtest.h>

#include <algorithm>

#include "faulty_token.hpp"

namespace rakkan::hsm {
namespace {

using test::eventually;
using test::FailsWith;
using test::FaultyPkcs11;
using test::IsOk;
using namespace std::chrono_literals;

constexpr unsigned long kDeviceRemoved = 0x32;

TEST(DeviceGone, ComesBackWithoutARestart) {
  FaultyPkcs11& module = FaultyPkcs11::process();
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_THAT(token.sign(), IsOk());
  const std::uint64_t generation = token.token->status().generation;
  module.reset();
  module.fail("*", 1, FaultyPkcs11::kForever, kDeviceRemoved);

  const Result<void> first = token.sign();
  ASSERT_THAT(first, FailsWith(ErrorCode::hsm_device_gone));
  ASSERT_TRUE(first.error().retry_after);
  EXPECT_TRUE(token.token->status().breaker_open);
  test::let_pass(*first.error().retry_after);
  EXPECT_THAT(token.sign(), FailsWith(ErrorCode::hsm_device_gone)) << "the probe finds it still gone";

  module.reset();
  Result<void> back;
  const auto is_back_or_failed_otherwise = [&] {
    back = token.sign();
    return back || back.error().code != ErrorCode::hsm_device_gone;
  };
  EXPECT_TRUE(eventually(is_back_or_failed_otherwise)) << "it stays away";
  EXPECT_THAT(back, IsOk());
  EXPECT_FALSE(token.token->status().breaker_open);
  EXPECT_EQ(module.calls("C_Finalize"), 1U);
  EXPECT_EQ(module.calls("C_Initialize"), 1U);
  EXPECT_GT(token.token->status().generation, generation);
}

TEST(DeviceGone, TheOpenBreakerRefusesWithoutACall) {
  FaultyPkcs11& module = FaultyPkcs11::process();
  hsm::Options options = module.options();
  options.breaker_first = 10min;
  options.breaker_last = 10min;
  ASSERT_OK_AND_ASSIGN(const auto token, test::SoftHsm::process().new_token(fresh_label(), options));
  ASSERT_THAT(token->generate(crypto::KeyKind::ec_p256, "key", bytes_of("1")), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto signer, token->signer("key", {}));
  const FaultyToken faulty{token, signer};
  module.reset();
  module.fail("C_Sign", 1, 1, kDeviceRemoved);
  EXPECT_THAT(faulty.sign(), FailsWith(ErrorCode::hsm_device_gone));
  module.reset();
  const Result<void> refused = faulty.sign();
  EXPECT_THAT(refused, FailsWith(ErrorCode::hsm_device_gone));
  EXPECT_GT(refused.error().retry_after.value_or(0ms), 9min);
  EXPECT_EQ(module.calls("*"), 0U);
}

TEST(DeviceGone, OneTokensBreakerLeavesTheOthersAtWork) {
  FaultyPkcs11& module = FaultyPkcs11::process();
  ASSERT_OK_AND_ASSIGN(const FaultyToken one, FaultyToken::make());
  ASSERT_OK_AND_ASSIGN(const FaultyToken other, FaultyToken::make());
  module.fail("C_Sign", 1, 1, kDeviceRemoved);
  const Result<void> gone = one.sign();
  ASSERT_THAT(gone, FailsWith(ErrorCode::hsm_device_gone));
  EXPECT_THAT(other.sign(), IsOk());
  test::let_pass(gone.error().retry_after.value_or(1ms));
  EXPECT_THAT(one.sign(), IsOk()) << "which initialises the module again";
  EXPECT_THAT(other.sign(), IsOk()) << "whose sessions went with it";
}

TEST(DeviceGone, AModuleThatWasFinalisedUnderUsIsInitialisedAgain) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  FaultyPkcs11::process().fail("C_SignInit", 1, 1, 0x190);
  const Result<void> gone = token.sign();
  ASSERT_THAT(gone, FailsWith(ErrorCode::hsm_device_gone));
  test::let_pass(gone.error().retry_after.value_or(1ms));
  EXPECT_THAT(token.sign(), IsOk());
}

TEST(SessionLost, AllSessionsClosedByTheDeviceAreOpenedAgain) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_THAT(token.sign(), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto module, test::SoftHsm::process().module(FaultyPkcs11::process().options()));
  ASSERT_OK_AND_ASSIGN(const auto tokens, module->tokens());
  // Closes all sessions behind the token's back and so logs out, as a device does that times sessions out.
  const auto close_all = reinterpret_cast<unsigned long (*)(unsigned long)>(
      ::dlsym(::dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW), "C_CloseAllSessions"));
  const auto ours = std::ranges::find(tokens, token.label, &Module::Description::label);
  ASSERT_NE(ours, tokens.end());
  ASSERT_EQ(close_all(ours->slot), 0U);
  const std::uint64_t generation = token.token->status().generation;
  EXPECT_THAT(token.sign(), IsOk());
  EXPECT_EQ(token.token->status().generation, generation + 1);
}

TEST(SessionLost, ThreadsThatEndCloseTheirSessions) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_THAT(token.sign(), IsOk());
  const unsigned before = token.token->status().sessions;
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(token.sign_on_new_thread(), IsOk());
  }
  EXPECT_EQ(token.token->status().sessions, before);
}

TEST(Pressure, NoMoreSessionsThanAllowedAreOpened) {
  FaultyPkcs11& module = FaultyPkcs11::process();
  hsm::Options options = module.options();
  options.max_sessions = 2;  // one for the login, one to sign with
  ASSERT_OK_AND_ASSIGN(const auto token, test::SoftHsm::process().new_token(fresh_label(), options));
  EXPECT_EQ(token->status().session_limit, 1U);
  ASSERT_THAT(token->generate(crypto::KeyKind::ec_p256, "key", bytes_of("1")), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto signer, token->signer("key", {}));
  const FaultyToken faulty{token, signer};
  ASSERT_THAT(faulty.sign(), IsOk());
  const Result<void> refused = faulty.sign_on_new_thread();
  EXPECT_THAT(refused, FailsWith(ErrorCode::hsm_pressure));
  EXPECT_TRUE(refused.error().retry_after);
  EXPECT_THAT(faulty.sign(), IsOk());
}

TEST(Pressure, ADeviceShortOfSessionsIsLeftAloneForAWhile) {
  FaultyPkcs11& module = FaultyPkcs11::process();
  hsm::Options options = module.options();
  options.breaker_last = 10min;
  ASSERT_OK_AND_ASSIGN(const auto opened, test::SoftHsm::process().new_token(fresh_label(), options));
  ASSERT_THAT(opened->generate(crypto::KeyKind::ec_p256, "key", bytes_of("1")), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto signer, opened->signer("key", {}));
  const FaultyToken token{opened, signer};
  module.reset();
  module.fail("C_OpenSession", 1, FaultyPkcs11::kForever, 0xB1);
  EXPECT_THAT(token.sign_on_new_thread(), FailsWith(ErrorCode::hsm_pressure));
  EXPECT_EQ(module.calls("C_OpenSession"), 3U);
  EXPECT_THAT(token.sign_on_new_thread(), FailsWith(ErrorCode::hsm_pressure));
  EXPECT_EQ(module.calls("C_OpenSession"), 3U) << "the limit is known now and not run against for a while";
  EXPECT_THAT(token.sign(), IsOk()) << "who has a session works on";
}

TEST(Pressure, ADeviceThatHasSessionsAgainGivesThemAfterAWhile) {
  FaultyPkcs11& module = FaultyPkcs11::process();
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_THAT(token.sign(), IsOk());
  module.fail("C_OpenSession", 1, FaultyPkcs11::kForever, 0xB1);
  EXPECT_THAT(token.sign_on_new_thread(), FailsWith(ErrorCode::hsm_pressure));
  module.reset();
  test::let_pass(module.options().breaker_last);
  EXPECT_THAT(token.sign_on_new_thread(), IsOk());
}

}  // namespace
}  // namespace rakkan::hsm
