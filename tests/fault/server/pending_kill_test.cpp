// rakkand is killed under load between its keys' signatures and an outside authority's timestamps: the authority hangs,
// breaks off or answers, as chance has it. Callers send each request again under its Idempotency-Key, in this life of
// the server or a later one, as witness and as party. In the end every request is answered or accounted for; each
// intent of the log has one outcome and cost one C_Sign at most, by the count of the PKCS#11 module; a signature that
// was promised as pending is that very signature; and no activation signed twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "rakkan/fetch/http_client.hpp"
#include "rakkan/store/store.hpp"
#include "support/killed_server.hpp"
#include "support/loopback_tsa.hpp"
#include "support/result_matchers.hpp"
#include "support/server_fixture.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::test {
namespace {

constexpr unsigned kCallers = 4;

// RAKKAN_KILLS: how often; the default is what every run does.
int kills() {
  const char* text = std::getenv("RAKKAN_KILLS");
  return text != nullptr ? std::atoi(text) : 40;
}

// A request that is sent until it has its signature.
struct Wanted {
  std::string key;           // Idempotency-Key
  std::string json;          // for /v1/cms
  std::string activation;    // empty: as witness
  std::string pending = {};  // the signature that was promised
};

class PendingKillTest : public ServerFixture {
 protected:
  PendingKillTest() : unit_(authority_), tsa_(unit_.tsu) {}

  [[nodiscard]] ServerProcess start() const {
    const std::string log = (temporary_.path() / "signed").string();
    return folder_.start({std::string("hsm.module=") + RAKKAN_FAULTY_PKCS11, "tsa.outside.url=" + tsa_.url(),
                          "tsa.outside.timeout=200ms", "fetch.breaker_failures=100000", "pin.memory=8MiB",
                          "pin.iterations=1", "pin.max_failures=100", "pin.first_wait=0s"},
                         "export RAKKAN_SIGN_LOG='" + log + "'");
  }

  std::optional<Wanted> new_witness() {
    const std::string about = "witness " + std::to_string(++number_);
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(about));
    return Wanted{about, timestamped(cms_request("operator-p256", digest, to_rfc3339(SystemClock{}.now()))), {}};
  }
  std::optional<Wanted> new_party() {
    const std::string about = "party " + std::to_string(++number_);
    const auto granted = caller_.activate(about);
    if (!granted || granted->status != 201) {
      return std::nullopt;
    }
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(about));
    const std::string activation = member(*granted, "activation");
    return Wanted{about, timestamped(party_cms_request("party-takasaki", digest, activation)), activation};
  }
  // The same request, with a timestamp by the outside authority.
  static std::string timestamped(std::string json) {
    const std::string level = R"("level":"B-B")";
    return json.replace(json.find(level), level.size(), R"("level":"B-T","tsa":"outside")");
  }

  [[nodiscard]] Result<fetch::HttpResponse> send(const Wanted& wanted) const {
    return fetch::HttpClient(fetch::HttpOptions{})
        .send({"POST",
               folder_.url("/v1/cms"),
               {{"Authorization", "Bearer " + folder_.api_key()},
                {"Content-Type", "application/json"},
                {"Idempotency-Key", wanted.key}},
               {bytes_of(wanted.json)}});
  }

  // Sends it once. True when nothing more can come of it.
  bool is_done(Wanted& wanted) {
    const auto answer = send(wanted);
    if (!answer) {
      return false;
    }
    const std::string body(text_of(answer->body));
    ++answers_;
    if (answer->status == 200) {
      const std::string id = member(*answer, "signature_id");
      EXPECT_TRUE(wanted.pending.empty() || wanted.pending == id)
          << "another signature than the promised one: " << body;
      const std::scoped_lock lock(mutex_);
      EXPECT_TRUE(made_.insert(id).second) << "two requests have one signature";
      return true;
    }
    const std::string code = answer->status >= 400 ? member(*answer, "code") : std::string();
    if (code == "signature-pending") {
      const std::string id = member(*answer, "signature_id");
      EXPECT_TRUE(wanted.pending.empty() || wanted.pending == id) << "another promise: " << body;
      wanted.pending = id;
      return false;
    }
    // The use of an activation is durable with the intent; a value that was not yet kept when the server was killed is
    // lost, and the consent with it.
    if (!wanted.activation.empty() && wanted.pending.empty() &&
        (code == "activation-used" || code == "activation-expired" || code == "activation-unknown")) {
      ++lost_consents_;
      return true;
    }
    EXPECT_TRUE(answer->status == 503 || answer->status == 409) << body;
    return false;
  }

  void call(unsigned who, const std::atomic<bool>& over) {
    std::vector<Wanted>& mine = wanted_.at(who);
    while (!over) {
      for (std::size_t i = 0; i < mine.size() && !over;) {
        if (is_done(mine[i])) {
          mine.erase(mine.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
          ++i;
        }
      }
      if (mine.size() < 8 && !over) {
        if (auto next = who % 2 == 0 ? new_witness() : new_party()) {
          mine.push_back(*std::move(next));
        }
      }
    }
  }

  void live_and_die(std::size_t answers, std::chrono::microseconds more) {
    ServerProcess server = start();
    std::vector<CallerUntilKilled> callers;
    for (unsigned who = 0; who < kCallers; ++who) {
      callers.emplace_back([this, who](const std::atomic<bool>& over) { call(who, over); });
    }
    kill_while_serving(server, callers, [this] { return answers_.load(); }, answers, more);
  }

  // The last life, with an authority that answers.
  void finish_all() {
    tsa_.behave(TsaBehaviour::good);
    ServerProcess server = start();
    for (std::vector<Wanted>& all : wanted_) {
      for (Wanted& wanted : all) {
        EXPECT_TRUE(eventually([&] { return is_done(wanted); })) << wanted.key << " " << wanted.pending;
      }
    }
    EXPECT_TRUE(eventually([&] {
      const auto pending = caller_.get("/v1/signatures:pending");
      return pending && text_of(pending->body) == "{\"signatures\":[]}\n";
    })) << "something is pending for ever";
    for (const std::string& id : made_) {
      EXPECT_EQ(get("/v1/signatures/" + id).status, 200) << id;
    }
    EXPECT_EQ(server.stop(), 0);
  }

  std::map<std::string, int> uses_by_input() const {
    std::map<std::string, int> uses;
    std::ifstream lines(temporary_.path() / "signed");
    for (std::string line; std::getline(lines, line);) {
      ++uses[line];
    }
    return uses;
  }

  TestAuthority authority_{"Outside Root"};
  TestTsu unit_;
  LoopbackTsa tsa_;
  std::array<std::vector<Wanted>, kCallers> wanted_;
  std::atomic<unsigned> number_ = 0;
  std::atomic<std::size_t> answers_ = 0;
  std::atomic<unsigned> lost_consents_ = 0;
  std::mutex mutex_;
  std::set<std::string> made_;
};

TEST_F(PendingKillTest, NoValueIsSignedTwiceAndNoneIsLostWheneverItIsKilled) {
  std::mt19937 random(20'261'130);
  std::uniform_int_distribution<std::size_t> answers(0, 40);
  std::uniform_int_distribution<int> more(0, 60'000);
  constexpr std::array kMoods{TsaBehaviour::hang,      TsaBehaviour::good, TsaBehaviour::closes_early,
                              TsaBehaviour::rejection, TsaBehaviour::good, TsaBehaviour::wrong_nonce};
  for (int round = 0; round < kills(); ++round) {
    tsa_.behave(kMoods.at(static_cast<std::size_t>(round) % kMoods.size()));
    const std::size_t first = answers(random);
    live_and_die(first, std::chrono::microseconds(more(random)));
  }
  finish_all();
  ASSERT_GT(made_.size(), static_cast<std::size_t>(kills())) << "the load was none";

  ASSERT_OK_AND_ASSIGN(const auto store, store::open_sqlite(folder_.path()));
  EXPECT_THAT(value_or_throw(store->kept_signatures()), ::testing::IsEmpty());
  std::map<std::string, int> intents_by_input;
  std::map<std::uint64_t, int> outcomes;
  std::map<std::string, int> made;
  for (std::uint64_t index = 0;; ++index) {
    const auto record = store->record(index);
    if (!record) {
      break;
    }
    const boost::json::object body = boost::json::parse(record->body).as_object();
    if (body.contains("intent_of")) {
      ++intents_by_input[std::string(body.at("to_be_signed").as_object().at("value").as_string())];
      outcomes.try_emplace(index, 0);
    } else if (const auto* const intent = body.if_contains("intent")) {
      ++outcomes[intent->to_number<std::uint64_t>()];
      if (body.contains("signature_value")) {
        ++made[std::string(body.at("signature").as_string())];
      }
    }
  }
  for (const auto& [intent, count] : outcomes) {
    EXPECT_EQ(count, 1) << "of intent " << intent;
  }
  const auto uses = uses_by_input();
  std::size_t signatures = 0;
  for (const auto& [input, intents] : intents_by_input) {
    const auto used = uses.find(input);
    const int count = used == uses.end() ? 0 : used->second;
    EXPECT_LE(count, intents) << "a key signed more often than there are intents";
    signatures += static_cast<std::size_t>(count);
  }
  EXPECT_GE(signatures, made_.size()) << "the module did not count";
  for (const std::string& id : made_) {
    EXPECT_EQ(made[id], 1) << id;
  }
  std::cout << kills() << " kills, " << outcomes.size() << " intents, " << signatures << " C_Sign, " << made_.size()
            << " signatures, " << lost_consents_ << " consents of a value that was not kept yet\n";
}

}  // namespace
}  // namespace rakkan::test
