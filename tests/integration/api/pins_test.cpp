// Wrong PINs over HTTP: they cost waits, they lock, and they count for the tenant that tries.
#include <thread>

#include "rakkan/credentials/credential.hpp"
#include "support/api_fixture.hpp"

namespace rakkan::test {
namespace {

constexpr std::string_view kWrong = "wrong-pin-000";

class ApiPins : public ApiFixture {
 protected:
  explicit ApiPins(std::chrono::seconds wait = std::chrono::seconds(0)) : ApiFixture(false, {}, wait) {
    enrol("yamada", credentials::CredentialKind::party, "", "山田");  // every tenant's
    set_pin("yamada", kPin);
  }
  RawAnswer sign(const std::string& by, std::string_view pin) {
    return ask(post_json("/v1/cms", by, party_cms(content_, pin_member(pin))));
  }
  const Bytes content_ = copy_of(bytes_of("what is signed"));
};

class ApiPinsThatWait : public ApiPins {
 protected:
  ApiPinsThatWait() : ApiPins(std::chrono::seconds(60)) {}
};

TEST_F(ApiPins, NoTenantLocksAPartyOutAtAnother) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(problem_of(sign(other, kWrong)), "pin-incorrect");
  }
  const RawAnswer locked = sign(other, kPin);
  EXPECT_EQ(locked.status, 423U);
  EXPECT_EQ(problem_of(locked), "pin-locked");
  EXPECT_EQ(sign(acme, kPin).status, 200U);
}

TEST_F(ApiPinsThatWait, AFailureMakesTheNextTryWaitAndSaysHowLong) {
  EXPECT_EQ(problem_of(sign(acme, kWrong)), "pin-incorrect");
  const RawAnswer early = sign(acme, kPin);
  EXPECT_EQ(early.status, 429U);
  EXPECT_EQ(problem_of(early), "pin-wait");
  EXPECT_EQ(early.field("Retry-After"), "60");
  EXPECT_EQ(problem_of(ask(post_json(
                "/v1/activations", acme,
                R"({"credential":"yamada","digests":[)" + digest_json(content_) + "]," + pin_member(kPin) + "}"))),
            "pin-wait");
  clock.advance(std::chrono::seconds(60));
  EXPECT_EQ(sign(acme, kPin).status, 200U);
}

TEST_F(ApiPins, SixtyFourWrongPinsAtOnceAreNoMoreTriesThanTheyMayBe) {
  std::atomic<int> judged = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&] { judged += problem_of(sign(acme, kWrong)) == "pin-incorrect" ? 1 : 0; });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(judged, 3);
  EXPECT_EQ(problem_of(sign(acme, kPin)), "pin-locked");
}

}  // namespace
}  // namespace rakkan::test
