// Every row of the return-code table, at every call that signing makes.
#include <gtest/gtest.h>

#include "faulty_token.hpp"
#include "rakkan/hsm/return_codes.hpp"

namespace rakkan::hsm {

void PrintTo(const ReturnCodeRow& code, std::ostream* out) { *out << describe_return_code(code.code); }

namespace {

using test::FailsWith;
using test::FaultyPkcs11;
using test::IsOk;
using test::SoftHsm;

// The functions that signing calls when the thread is new and its login was just lost: all that it ever calls.
constexpr std::array kCalls = {
    "C_GetSlotList",     "C_GetTokenInfo", "C_OpenSession",      "C_Login",    "C_CloseSession",
    "C_FindObjectsInit", "C_FindObjects",  "C_FindObjectsFinal", "C_SignInit", "C_Sign"};

// More often nothing is called but C_GetTokenInfo, once for each token of the process.
constexpr unsigned long kMostCalls = 4;

// The error by the table for one fault in an otherwise healthy module. `relogin`: a session was lost before, so that
// the retry is spent.
std::optional<ErrorCode> expected(const ReturnCodeRow& code, const std::string& function, unsigned long call,
                                  bool relogin) {
  if (function == "C_CloseSession") {
    return std::nullopt;  // its answer changes nothing
  }
  if (function == "C_GetSlotList" && call == 2 && code.name == "BUFFER_TOO_SMALL") {
    return std::nullopt;  // another token came in between: asked again
  }
  if (function == "C_GetTokenInfo" && (code.code == 0xE0 || code.code == 0xE1)) {
    return std::nullopt;
  }
  switch (code.return_class) {
    case ReturnClass::stale_handle:
    case ReturnClass::poisoned:
    case ReturnClass::pressure:
      return std::nullopt;
    case ReturnClass::session_lost:
      return relogin ? std::optional(ErrorCode::hsm_session_lost) : std::nullopt;
    case ReturnClass::success_like:
    case ReturnClass::starting:
      return function == "C_Login" ? std::nullopt : std::optional(row(code.return_class).error);
    case ReturnClass::ok:
    case ReturnClass::device_gone:
    case ReturnClass::pin:
    case ReturnClass::caller_fault:
    case ReturnClass::unknown:
      return row(code.return_class).error;
  }
  return std::nullopt;
}

class EveryCode : public testing::TestWithParam<ReturnCodeRow> {
 protected:
  static FaultyPkcs11& module() { return FaultyPkcs11::process(); }

  static void expect(const Result<void>& result, const std::optional<ErrorCode>& error) {
    if (error) {
      EXPECT_THAT(result, FailsWith(*error));
    } else {
      EXPECT_THAT(result, IsOk());
    }
  }

  // One fault over: the next signature works, after the wait that the error asked for. A stopped token stays stopped.
  static void expect_recovery(const FaultyToken& token, const Result<void>& result) {
    module().reset();
    if (!result && result.error().code == ErrorCode::hsm_pin_rejected) {
      EXPECT_THAT(token.sign_on_new_thread(), FailsWith(ErrorCode::hsm_pin_rejected));
      EXPECT_EQ(module().calls("*"), 0U) << "a stopped token is not even asked";
      return;
    }
    if (!result && result.error().retry_after) {
      test::let_pass(*result.error().retry_after);
    }
    EXPECT_THAT(token.sign_on_new_thread(), IsOk());
  }
};

TEST_P(EveryCode, AtEveryCallOfASignature) {
  int fired_at = 0;
  std::optional<FaultyToken> token;
  for (const bool relogin : {false, true}) {
    for (const char* function : kCalls) {
      for (unsigned long n = 1; n <= kMostCalls; ++n) {
        SCOPED_TRACE(testing::Message() << "call " << n << " of " << function
                                        << (relogin ? " after a lost login" : ""));
        // A rejected PIN stops a token for good, so every round has its own where that can happen.
        if (!token || token->token->status().stopped) {
          ASSERT_OK_AND_ASSIGN(token, FaultyToken::make());
        }
        module().reset();
        if (relogin) {
          module().fail("C_Sign", 1, 1, 0xB3);
        }
        const unsigned long call = relogin && std::string(function) == "C_Sign" ? n + 1 : n;
        module().fail(function, call, 1, GetParam().code);
        const Result<void> result = token->sign_on_new_thread();
        const bool fired = module().calls(function) >= call;
        if (function == std::string("C_GetTokenInfo") && (GetParam().code == 0xE0 || GetParam().code == 0xE1) &&
            !result) {
          // An empty slot is passed over; it may have been the one.
          EXPECT_THAT(result, FailsWith(ErrorCode::hsm_token_not_found));
          expect_recovery(*token, result);
          continue;
        }
        expect(result, fired ? expected(GetParam(), function, call, relogin) : std::nullopt);
        expect_recovery(*token, result);
        if (!fired) {
          break;
        }
        ++fired_at;
      }
    }
  }
  EXPECT_GE(fired_at, 15) << "calls that signing makes";
}

TEST_P(EveryCode, AlwaysAtSigningIsTriedAsOftenAsTheTableSays) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  module().fail("C_Sign", 1, FaultyPkcs11::kForever, GetParam().code);
  const Result<void> result = token.sign();
  EXPECT_THAT(result, FailsWith(row(GetParam().return_class).error));
  EXPECT_EQ(module().calls("C_Sign"), row(GetParam().return_class).tries);
  if (!result) {
    EXPECT_EQ(result.error().retry_after.has_value(), ::rakkan::row(result.error().code).retryable);
  }
  expect_recovery(token, result);
}

std::vector<ReturnCodeRow> failures() {
  std::vector<ReturnCodeRow> codes;
  for (const ReturnCodeRow& code : return_codes()) {
    if (code.return_class != ReturnClass::ok) {
      codes.push_back(code);
    }
  }
  codes.push_back({0x80000123, "VENDOR_DEFINED", ReturnClass::unknown});
  return codes;
}

INSTANTIATE_TEST_SUITE_P(SigningFaults, EveryCode, testing::ValuesIn(failures()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(SigningFaults, ASignInitThatIsDoneButDeniedLeavesNoPoisonedSession) {
  // SoftHSM has an operation active in that session then; using it again would answer 0x90.
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_THAT(token.sign(), IsOk());
  FaultyPkcs11::process().reset();
  FaultyPkcs11::process().fail("C_SignInit", 1, 1, 0x90, true);
  EXPECT_THAT(token.sign(), IsOk());
  EXPECT_EQ(FaultyPkcs11::process().calls("C_SignInit"), 2U);
  EXPECT_EQ(FaultyPkcs11::process().calls("C_OpenSession"), 1U) << "the session was replaced";
}

TEST(SigningFaults, AWrongSignatureOfTheDeviceIsSeenByWhoVerifies) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  FaultyPkcs11::process().corrupt_signatures(true);
  EXPECT_THAT(token.sign(), FailsWith(ErrorCode::signature_invalid));
}

TEST(SigningFaults, ASteadyThreadMakesTwoCallsASignature) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_THAT(token.sign(), IsOk());
  FaultyPkcs11::process().reset();
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(token.sign(), IsOk());
  }
  EXPECT_EQ(FaultyPkcs11::process().calls("*"), 20U) << "C_SignInit and C_Sign, nothing else (rule H4)";
}

}  // namespace
}  // namespace rakkan::hsm
