// rakkand is killed under load between its keys' signatures of digests and an outside authority's timestamps: the
// authority hangs, breaks off or answers, as chance has it.
#include "fault/server/pending_kills.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::test {
namespace {

constexpr int kKills = 40;

class PendingKillTest : public PendingKills {
 protected:
  [[nodiscard]] std::vector<std::string> settings() const override {
    return {"tsa.outside.url=" + tsa_.url(), "tsa.outside.timeout=200ms"};
  }
  std::optional<Wanted> next_of_witness(unsigned number) override {
    const std::string about = "witness " + std::to_string(number);
    return wanted(about, cms_request("operator-p256", digest_of(about), to_rfc3339(SystemClock{}.now())));
  }
  std::optional<Wanted> next_of_party(unsigned number) override {
    const std::string about = "party " + std::to_string(number);
    const auto granted = caller_.activate(about);
    if (!granted || granted->status != 201) {
      return std::nullopt;
    }
    const std::string activation = member(*granted, "activation");
    Wanted made = wanted(about, party_cms_request("party-takasaki", digest_of(about), activation));
    made.activation = activation;
    return made;
  }
  void repair() override { tsa_.behave(TsaBehaviour::good); }

  LoopbackTsa& tsa() noexcept { return tsa_; }

 private:
  static crypto::Digest digest_of(const std::string& about) {
    return crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(about));
  }
  // The request, with a timestamp by the outside authority.
  static Wanted wanted(const std::string& about, std::string json) {
    const std::string level = R"("level":"B-B")";
    json.replace(json.find(level), level.size(), R"("level":"B-T","tsa":"outside")");
    return {about, "/v1/cms", "application/json", copy_of(bytes_of(json))};
  }

  TestAuthority authority_{"Outside Root"};
  TestTsu unit_{authority_};
  LoopbackTsa tsa_{unit_.tsu};
};

TEST_F(PendingKillTest, NoValueIsSignedTwiceAndNoneIsLostWheneverItIsKilled) {
  std::mt19937 random(20'261'130);
  std::uniform_int_distribution<std::size_t> answers(0, 40);
  std::uniform_int_distribution<int> more(0, 60'000);
  constexpr std::array kMoods{TsaBehaviour::hang,      TsaBehaviour::good, TsaBehaviour::closes_early,
                              TsaBehaviour::rejection, TsaBehaviour::good, TsaBehaviour::wrong_nonce};
  for (int round = 0; round < kills(kKills); ++round) {
    tsa().behave(kMoods.at(static_cast<std::size_t>(round) % kMoods.size()));
    const std::size_t first = answers(random);
    live_and_die(first, std::chrono::microseconds(more(random)));
  }
  finish_all();
  expect_log_agrees();
}

}  // namespace
}  // namespace rakkan::test
