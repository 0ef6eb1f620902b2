// Several threads sign while the device misbehaves: every answer is a signature that verifies or an error of the table.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "faulty_token.hpp"
#include "rakkan/async/bounded_pool.hpp"

namespace rakkan::hsm {
namespace {

using test::FaultyPkcs11;
using test::IsOk;
using namespace std::chrono_literals;

constexpr int kThreads = 4;
constexpr int kEach = 150;

struct Tally {
  std::atomic<int> signatures = 0;
  std::atomic<int> errors = 0;
  std::atomic<int> unexpected = 0;

  void count(const Result<void>& result, std::initializer_list<ErrorCode> allowed) {
    if (result) {
      ++signatures;
    } else if (std::find(allowed.begin(), allowed.end(), result.error().code) != allowed.end()) {
      ++errors;
    } else {
      ++unexpected;
      ADD_FAILURE() << to_string(result.error());
    }
  }
};

template <class Work>
void on_threads(const Work& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) {
        work();
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(ConcurrentFaults, HealthyThreadsAllSucceedWithASessionEach) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  Tally tally;
  on_threads([&] { tally.count(token.sign(), {}); });
  EXPECT_EQ(tally.signatures, kThreads * kEach);
  EXPECT_LE(FaultyPkcs11::process().calls("C_OpenSession"), std::uint64_t{kThreads});
  EXPECT_EQ(FaultyPkcs11::process().calls("C_FindObjectsInit"), 0U) << "the key was looked up when it was loaded";
}

TEST(ConcurrentFaults, LostSessionsAreTakenBackByEveryThread) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  int lost = 0;
  for (unsigned long call = 50; call < kThreads * kEach; call += 50) {
    FaultyPkcs11::process().fail("C_SignInit", call, 1, 0xB3);
    ++lost;
  }
  Tally tally;
  on_threads([&] { tally.count(token.sign(), {ErrorCode::hsm_session_lost}); });
  // One retry heals one lost session. Only the thread whose retry happens to be the next planned call loses two.
  EXPECT_EQ(tally.signatures + tally.errors, kThreads * kEach);
  EXPECT_LE(tally.errors, lost / 2);
}

TEST(ConcurrentFaults, ADeviceThatGoesAndComesBackIsReinitialisedUnderLoad) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  ASSERT_OK_AND_ASSIGN(const FaultyToken other, FaultyToken::make());
  for (unsigned long call = 100; call <= 500; call += 100) {
    FaultyPkcs11::process().fail("C_Sign", call, 2, 0x30);
  }
  Tally tally;
  on_threads([&] {
    for (const FaultyToken* each : {&token, &other}) {
      const Result<void> result = each->sign();
      tally.count(result, {ErrorCode::hsm_device_gone});
      if (!result) {
        test::let_pass(1ms);
      }
    }
  });
  EXPECT_GT(FaultyPkcs11::process().calls("C_Finalize"), 0U);
  EXPECT_GT(tally.signatures, 0);
  EXPECT_GT(tally.errors, 0);
  FaultyPkcs11::process().reset();  // what is planned and was not reached
  test::let_pass(FaultyPkcs11::process().options().breaker_last);
  EXPECT_THAT(token.sign(), IsOk());
  EXPECT_THAT(other.sign(), IsOk());
}

TEST(ConcurrentFaults, PoolThreadsSignWithTheirOwnSessions) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  async::BoundedPool pool({"hsm", 2, 64});
  Tally tally;
  on_threads([&] { tally.count(pool.run([&] { return token.sign(); }, async::deadline_in(30s)), {}); });
  EXPECT_EQ(tally.signatures, kThreads * kEach);
  EXPECT_LE(token.token->status().sessions, 3U) << "two pool threads and the one that loaded the key";
}

TEST(ConcurrentFaults, TokensComeAndGoWhileThreadsSign) {
  ASSERT_OK_AND_ASSIGN(const FaultyToken token, FaultyToken::make());
  const auto module = test::SoftHsm::process().module(FaultyPkcs11::process().options()).value();
  std::atomic<bool> done = false;
  std::thread opener([&] {
    while (!done) {
      const auto again = Token::open(module, {token.label, std::nullopt}, test::SoftHsm::user_pin());
      ASSERT_THAT(again, IsOk());
      ASSERT_THAT((*again)->keys(), IsOk());
    }
  });
  Tally tally;
  on_threads([&] { tally.count(token.sign(), {}); });
  done = true;
  opener.join();
  EXPECT_EQ(tally.signatures, kThreads * kEach);
}

}  // namespace
}  // namespace rakkan::hsm
