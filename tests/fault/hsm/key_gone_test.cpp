// A key that was in use is not found any more: SoftHSM's files were away for a moment, or somebody destroyed it.
#include <gtest/gtest.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "faulty_token.hpp"

namespace rakkan::hsm {
namespace {

using test::FailsWith;
using test::FaultyPkcs11;
using test::IsOk;
using test::SoftHsm;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

// Takes the files of all tokens of the process away; they are back at its end, whatever happens.
class Away {
 public:
  Away() { fs::rename(here(), there()); }
  ~Away() { bring_back(); }
  void bring_back() {
    if (fs::exists(there())) {
      fs::rename(there(), here());
    }
  }

 private:
  static fs::path here() { return SoftHsm::process().folder() / "tokens"; }
  static fs::path there() { return SoftHsm::process().folder() / "tokens.away"; }
};

// Destroys the private keys of that label, as another program of the operator would.
void destroy_private_keys(const std::string& label, const std::string& key) {
  CK_FUNCTION_LIST_PTR functions = nullptr;
  const auto entry = reinterpret_cast<CK_C_GetFunctionList>(
      ::dlsym(::dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW), "C_GetFunctionList"));
  ASSERT_EQ(entry(&functions), CKR_OK);
  ASSERT_OK_AND_ASSIGN(const auto module, SoftHsm::process().module(FaultyPkcs11::process().options()));
  ASSERT_OK_AND_ASSIGN(const auto tokens, module->tokens());
  const auto ours = std::ranges::find(tokens, label, &Module::Description::label);
  ASSERT_NE(ours, tokens.end());
  CK_SESSION_HANDLE session = 0;
  ASSERT_EQ(functions->C_OpenSession(ours->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session),
            CKR_OK);
  CK_OBJECT_CLASS wanted = CKO_PRIVATE_KEY;
  std::string name = key;
  std::array pattern{CK_ATTRIBUTE{CKA_CLASS, &wanted, sizeof wanted},
                     CK_ATTRIBUTE{CKA_LABEL, name.data(), name.size()}};
  ASSERT_EQ(functions->C_FindObjectsInit(session, pattern.data(), pattern.size()), CKR_OK);
  CK_OBJECT_HANDLE found = 0;
  CK_ULONG count = 0;
  ASSERT_EQ(functions->C_FindObjects(session, &found, 1, &count), CKR_OK);
  ASSERT_EQ(count, 1U);
  functions->C_FindObjectsFinal(session);
  ASSERT_EQ(functions->C_DestroyObject(session, found), CKR_OK);
  functions->C_CloseSession(session);
}

// Tries again as often as the errors allow, for a minute at most.
template <class Try>
auto until_it_works(const Try& attempt) {
  const auto end = std::chrono::steady_clock::now() + 60s;
  auto result = attempt();
  while (!result && std::chrono::steady_clock::now() < end) {
    test::let_pass(result.error().retry_after.value_or(5ms));
    result = attempt();
  }
  return result;
}

TEST(KeyGone, IsTroubleOfTheTokenAndComesBackWithoutARestart) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_THAT(token.sign(), IsOk());
  EXPECT_TRUE(token.token->look_for_missed_keys().empty());
  {
    Away away;
    const Result<void> first = token.sign();
    EXPECT_THAT(first, FailsWith(ErrorCode::hsm_key_gone));
    EXPECT_TRUE(first.error().retry_after);
    EXPECT_FALSE(token.token->look_for_missed_keys().empty());
    // The module is initialised again meanwhile, and finds no token at all.
    for (int i = 0; i < 3; ++i) {
      test::let_pass(FaultyPkcs11::process().options().breaker_last);
      const Result<void> again = token.sign();
      ASSERT_FALSE(again);
      EXPECT_EQ(row(again.error().code).exit_code, ExitCode::hsm) << to_string(again.error());
      EXPECT_TRUE(row(again.error().code).retryable) << to_string(again.error());
    }
  }
  EXPECT_THAT(until_it_works([&] { return token.sign(); }), IsOk());
  EXPECT_TRUE(token.token->look_for_missed_keys().empty());
  EXPECT_FALSE(token.token->status().breaker_open);
}

TEST(KeyGone, AllThreadsThatSignMeanwhileGoOn) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_OK_AND_ASSIGN(const FaultyToken other, FaultyToken::make());
  constexpr int kThreads = 6;
  std::atomic<bool> back{false};
  std::atomic<int> refused{0};
  std::atomic<int> went_on{0};
  std::atomic<int> unexpected{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const FaultyToken& mine = i % 2 == 0 ? token : other;
      const auto end = std::chrono::steady_clock::now() + 60s;
      while (std::chrono::steady_clock::now() < end) {
        const bool is_back = back;
        const Result<void> result = mine.sign();
        if (result && is_back) {
          ++went_on;
          return;
        }
        if (!result) {
          ++refused;
          unexpected += ::rakkan::row(result.error().code).exit_code == ExitCode::hsm ? 0 : 1;
        }
      }
    });
  }
  {
    Away away;
    for (int i = 0; i < 3'000 && refused < 50; ++i) {
      test::let_pass(10ms);
    }
  }
  back = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_GE(refused, 50);
  EXPECT_EQ(unexpected, 0);
  EXPECT_EQ(went_on, kThreads) << "within a minute of their start";
  EXPECT_TRUE(token.token->look_for_missed_keys().empty());
  EXPECT_TRUE(other.token->look_for_missed_keys().empty());
}

TEST(KeyGone, ALookAloneBringsItBack) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_THAT(token.sign(), IsOk());
  {
    Away away;
    EXPECT_THAT(token.sign(), FailsWith(ErrorCode::hsm_key_gone));
  }
  const auto look = [&]() -> Result<void> {
    std::vector<Error> missed = token.token->look_for_missed_keys();
    return missed.empty() ? Result<void>() : fail(std::move(missed.front()));
  };
  EXPECT_THAT(until_it_works(look), IsOk());
  EXPECT_THAT(token.sign(), IsOk());
}

TEST(KeyGone, AKeyThatIsLoadedFirstWhileTheTokenIsAwayIsFoundLater) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  {
    Away away;
    EXPECT_THAT(token.sign(), FailsWith(ErrorCode::hsm_key_gone));
    EXPECT_FALSE(token.token->signer("key", {})) << "not found, or the token is not there either by now";
  }
  EXPECT_THAT(until_it_works([&] { return token.token->signer("key", {}); }), IsOk());
}

TEST(KeyGone, DestroyedForGoodItLeavesTheOthersAtWork) {
  FaultyPkcs11& module = FaultyPkcs11::process();
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_OK_AND_ASSIGN(const FaultyToken elsewhere, FaultyToken::make());
  ASSERT_THAT(token.token->generate(crypto::KeyKind::ec_p256, "other", bytes_of("2")), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto signer, token.token->signer("other", {}));
  const FaultyToken other{token.token, signer};
  ASSERT_NO_FATAL_FAILURE(destroy_private_keys(token.label, "key"));
  module.reset();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(token.sign(), FailsWith(ErrorCode::hsm_key_gone));
    EXPECT_THAT(other.sign(), IsOk()) << "a key of the same token";
    EXPECT_THAT(elsewhere.sign(), IsOk()) << "a token of the same module, initialised again under it";
    test::let_pass(2ms);
  }
  // 5 + 10 + 20 + 40 + 40 … ms between them.
  const auto taken = std::chrono::steady_clock::now() - begin;
  EXPECT_LE(module.calls("C_Initialize"), 4U + static_cast<unsigned long>(taken / 40ms));
  EXPECT_FALSE(token.token->look_for_missed_keys().empty());
}

TEST(KeyGone, WithinTheWaitNothingIsInitialisedAgain) {
  FaultyPkcs11& module = FaultyPkcs11::process();
  hsm::Options options = module.options();
  options.breaker_first = 10min;
  options.breaker_last = 10min;
  const std::string label = fresh_label();
  ASSERT_OK_AND_ASSIGN(const auto opened, SoftHsm::process().new_token(label, options));
  ASSERT_THAT(opened->generate(crypto::KeyKind::ec_p256, "key", bytes_of("1")), IsOk());
  ASSERT_OK_AND_ASSIGN(auto signer, opened->signer("key", {}));
  FaultyToken token{opened, signer};
  ASSERT_NO_FATAL_FAILURE(destroy_private_keys(label, "key"));
  module.reset();
  for (int i = 0; i < 5; ++i) {
    const Result<void> gone = token.sign();
    EXPECT_THAT(gone, FailsWith(ErrorCode::hsm_key_gone));
    EXPECT_GT(gone.error().retry_after.value_or(0ms), 9min);
  }
  EXPECT_EQ(module.calls("C_Initialize"), 0U);
  EXPECT_EQ(opened->look_for_missed_keys().size(), 1U);
  token.signer.reset();
  signer.reset();
  EXPECT_TRUE(opened->look_for_missed_keys().empty()) << "nobody misses it any more";
}

TEST(KeyGone, AKeyThatNeverWasThereIsNotFoundAndNotMissed) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  for (int i = 0; i < 3; ++i) {
    const auto nobody = token.token->signer("nobody", {});
    EXPECT_THAT(nobody, FailsWith(ErrorCode::key_not_found));
    EXPECT_FALSE(nobody.error().retry_after);
    test::let_pass(FaultyPkcs11::process().options().breaker_first);
  }
  EXPECT_TRUE(token.token->look_for_missed_keys().empty());
  EXPECT_THAT(token.sign(), IsOk());
}

}  // namespace
}  // namespace rakkan::hsm
