// Starting and logging in: a PIN is tried once, start-up races are tried twice.
#include <gtest/gtest.h>

#include "faulty_token.hpp"

namespace rakkan::hsm {
namespace {

using test::FailsWith;
using test::FaultyPkcs11;
using test::IsOk;
using test::SoftHsm;

SecureBytes wrong_pin() { return SecureBytes(bytes_of("000000")); }

struct ClosedToken {
  std::shared_ptr<Module> module;
  TokenAddress address;
};

// The faulty module with a fresh token in it, not open.
Result<ClosedToken> closed_token() {
  FaultyPkcs11::process().reset();
  RAKKAN_TRY(auto module, SoftHsm::process().module(FaultyPkcs11::process().options()));
  const std::string label = fresh_label();
  RAKKAN_CHECK(module->initialise_token(label, SoftHsm::so_pin(), SoftHsm::user_pin()));
  FaultyPkcs11::process().reset();
  return ClosedToken{std::move(module), {label, std::nullopt}};
}

TEST(LoginFaults, AWrongPinIsTriedExactlyOnceInThisProcess) {
  ASSERT_OK_AND_ASSIGN(const ClosedToken closed, closed_token());
  EXPECT_THAT(Token::open(closed.module, closed.address, wrong_pin()), FailsWith(ErrorCode::hsm_pin_rejected));
  EXPECT_EQ(FaultyPkcs11::process().calls("C_Login"), 1U);
  // The PIN is not tried again, not by another Token, not even the right one: an operator looks first, then restarts.
  EXPECT_THAT(Token::open(closed.module, closed.address, wrong_pin()), FailsWith(ErrorCode::hsm_pin_rejected));
  EXPECT_THAT(Token::open(closed.module, closed.address, SoftHsm::user_pin()), FailsWith(ErrorCode::hsm_pin_rejected));
  EXPECT_EQ(FaultyPkcs11::process().calls("C_Login"), 1U);
}

TEST(LoginFaults, AStoppedTokenDoesNotStopAnother) {
  ASSERT_OK_AND_ASSIGN(const ClosedToken closed, closed_token());
  ASSERT_OK_AND_ASSIGN(const ClosedToken other, closed_token());
  EXPECT_THAT(Token::open(closed.module, closed.address, wrong_pin()), FailsWith(ErrorCode::hsm_pin_rejected));
  EXPECT_THAT(Token::open(other.module, other.address, SoftHsm::user_pin()), IsOk());
}

TEST(LoginFaults, ATokenThatIsJustStartingIsAskedTwice) {
  ASSERT_OK_AND_ASSIGN(const ClosedToken closed, closed_token());
  FaultyPkcs11::process().fail("C_Login", 1, 1, 0x102);
  EXPECT_THAT(Token::open(closed.module, closed.address, SoftHsm::user_pin()), IsOk());
  EXPECT_EQ(FaultyPkcs11::process().calls("C_Login"), 2U);
}

TEST(LoginFaults, ATokenWithoutUserPinIsAskedTwiceAndNoMore) {
  ASSERT_OK_AND_ASSIGN(const ClosedToken closed, closed_token());
  FaultyPkcs11::process().fail("C_Login", 1, FaultyPkcs11::kForever, 0x102);
  EXPECT_THAT(Token::open(closed.module, closed.address, SoftHsm::user_pin()),
              FailsWith(ErrorCode::hsm_operation_refused));
  EXPECT_EQ(FaultyPkcs11::process().calls("C_Login"), 2U);
}

TEST(LoginFaults, ASecondLoginOfTheProcessIsFine) {
  ASSERT_OK_AND_ASSIGN(const ClosedToken closed, closed_token());
  ASSERT_OK_AND_ASSIGN(const auto first, Token::open(closed.module, closed.address, SoftHsm::user_pin()));
  EXPECT_THAT(Token::open(closed.module, closed.address, SoftHsm::user_pin()), IsOk());  // CKR_USER_ALREADY_LOGGED_IN
}

TEST(LoginFaults, AGeneralErrorOfTwoStartingProcessesIsTriedTwice) {
  SoftHsm::process();
  FaultyPkcs11::process().reset();
  FaultyPkcs11::process().fail("C_Initialize", 1, 1, 0x05);
  EXPECT_THAT(Module::load(FaultyPkcs11::process().options()), IsOk());
  EXPECT_EQ(FaultyPkcs11::process().calls("C_Initialize"), 2U);
}

TEST(LoginFaults, AModuleThatDoesNotStartIsUnusable) {
  SoftHsm::process();
  FaultyPkcs11::process().reset();
  FaultyPkcs11::process().fail("C_Initialize", 1, 2, 0x05);
  EXPECT_THAT(Module::load(FaultyPkcs11::process().options()), FailsWith(ErrorCode::hsm_module_unusable));
  FaultyPkcs11::process().reset();
  FaultyPkcs11::process().fail("C_Initialize", 1, 1, 0x0A);
  EXPECT_THAT(Module::load(FaultyPkcs11::process().options()), FailsWith(ErrorCode::hsm_module_unusable))
      << "a module without locking";
  FaultyPkcs11::process().reset();
  EXPECT_THAT(Module::load(FaultyPkcs11::process().options()), IsOk());
}

TEST(LoginFaults, AModuleThatSomebodyElseInitialisedIsNotFinalised) {
  SoftHsm::process();
  FaultyPkcs11::process().reset();
  FaultyPkcs11::process().fail("C_Initialize", 1, 1, 0x191, true);
  {
    ASSERT_OK_AND_ASSIGN(const auto module, Module::load(FaultyPkcs11::process().options()));
    EXPECT_THAT(module->tokens(), IsOk());
  }
  EXPECT_EQ(FaultyPkcs11::process().calls("C_Finalize"), 0U);
}

TEST(LoginFaults, ADeviceThatIsGoneForAMomentAtTheFirstLoginIsTriedTwice) {
  ASSERT_OK_AND_ASSIGN(const ClosedToken closed, closed_token());
  FaultyPkcs11::process().fail("C_OpenSession", 1, 1, 0x05);
  EXPECT_THAT(Token::open(closed.module, closed.address, SoftHsm::user_pin()), IsOk());
}

}  // namespace
}  // namespace rakkan::hsm
