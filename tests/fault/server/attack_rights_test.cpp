// The rights of a key, a PIN, an activation or an id, and their end: asked again when it counts, and by 64 at once.
#include <algorithm>
#include <barrier>
#include <mutex>
#include <set>

#include "attack_scene.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kSharedParty = "party-takasaki";  // of every tenant

class RightsAttack : public AttackScene {
 protected:
  [[nodiscard]] std::string key() const { return attacked_.attacker_key; }
  [[nodiscard]] std::string admin() const { return attacked_.attacker_admin; }

  // POST /v1/keys as the key `maker`.
  [[nodiscard]] RawAnswer make_key(const std::string& maker, const std::string& members) const {
    return ask(post("/v1/keys", maker, kJson, R"({"label":"made")" + members + "}"));
  }
  void revoke(const std::string& id) const {
    const RawAnswer answer = ask(bodiless("DELETE", "/v1/keys/" + id, admin()));
    ASSERT_EQ(answer.status, 200U) << answer.body;
  }
  [[nodiscard]] RawAnswer sign(const std::string& with, const std::string& about = "a") const {
    return ask(post("/v1/cms", with, kJson, cms_body(about)));
  }
  [[nodiscard]] RawAnswer sign_by_pin(const std::string& with, const std::string& party, const std::string& pin) const {
    return ask(post("/v1/cms", with, kJson, party_body(party, pin, "a")));
  }
  static std::string id_of(const std::string& key_text) { return key_text.substr(4, key_text.find('_', 4) - 4); }

  // The same request from 64 connections at once, and all answers.
  [[nodiscard]] std::vector<RawAnswer> race(const std::string& request) const {
    constexpr std::size_t kRacers = 64;
    std::barrier start(static_cast<std::ptrdiff_t>(kRacers));
    std::vector<RawAnswer> answers(kRacers);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kRacers; ++i) {
      threads.emplace_back([&, i] {
        std::optional<Wire> wire = Wire::open(attacker_peer(i));
        start.arrive_and_wait();
        if (wire) {
          answers[i] = wire->ask(request, Wire::in(30'000));
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return answers;
  }
  static std::size_t count(const std::vector<RawAnswer>& answers, unsigned status) {
    return static_cast<std::size_t>(std::count_if(answers.begin(), answers.end(),
                                                  [&](const RawAnswer& answer) { return answer.status == status; }));
  }
  static std::string summary(const std::vector<RawAnswer>& answers) {
    std::map<std::string, int> times;
    for (const RawAnswer& answer : answers) {
      ++times[std::to_string(answer.status) + " " + member(answer.body, "code")];
    }
    std::string text;
    for (const auto& [what, often] : times) {
      text += std::to_string(often) + " x " + what + "; ";
    }
    return text;
  }
};

// A batch that stays open, a line at a time.
class OpenBatch {
 public:
  OpenBatch(Wire wire, const std::string& key) : wire_(std::move(wire)) {
    wire_.send(post_head("/v1/cms:batch", key, kLines, "Transfer-Encoding: chunked\r\n\r\n"));
  }
  // The status of one more line; 0 when the batch was ended.
  unsigned sign(const std::string& about) {
    if (!wire_.send(chunk(cms_body(about) + "\n"))) {
      return 0;
    }
    if (head_.status == 0) {
      head_ = wire_.head();
    }
    if (head_.status != 200) {
      return head_.status;
    }
    const auto line = wire_.line();
    const std::size_t found = line ? line->find("\"status\":") : std::string::npos;
    return found == std::string::npos ? 0 : static_cast<unsigned>(std::atoi(line->c_str() + found + 9));
  }

 private:
  Wire wire_;
  RawAnswer head_;
};

TEST_F(RightsAttack, ARevokedKeyDoesNotSignThroughAnOpenBatch) {
  start_alone();
  OpenBatch batch(connect(), key());
  ASSERT_EQ(batch.sign("before"), 200U);  // the control: the batch works
  revoke(id_of(key()));
  ASSERT_EQ(sign(key()).status, 401U);
  EXPECT_NE(batch.sign("after"), 200U);
}

TEST_F(RightsAttack, AnExpiredKeyDoesNotSignThroughAnOpenBatch) {
  start_alone();
  const Instant end = SystemClock{}.now() + 4s * kSlowness;
  const RawAnswer made = make_key(admin(), R"(,"scopes":["sign"],"expires":")" + to_rfc3339(end) + "\"");
  ASSERT_EQ(made.status, 201U) << made.body;
  const std::string brief = member(made.body, "key");
  OpenBatch batch(connect(), brief);
  ASSERT_EQ(batch.sign("before"), 200U);
  ASSERT_TRUE(soon([&] { return sign(brief).status == 401; }));
  EXPECT_NE(batch.sign("after"), 200U);
}

TEST_F(RightsAttack, ARevokedKeyDoesNotSignWithABodyOnItsWay) {
  start_alone();
  const std::string document = "%PDF-1.7\n";
  const std::string requests[] = {
      post("/v1/cms", key(), kJson, cms_body("on its way")),
      post("/tsa", key(), kTimestampQuery, timestamp_body("on its way")),
      post("/v1/activations", key(), kJson,
           activation_request(AttackedFolder::kAttackersParty, sha256_of("a"), AttackedFolder::kAttackersPin))};
  std::vector<Wire> wires;
  for (const std::string& request : requests) {
    ASSERT_LT(ask(request).status, 300U) << request;  // the control: it would be done
    wires.push_back(connect());
    ASSERT_TRUE(wires.back().send(request.substr(0, request.size() - 1)));
  }
  let_pass(300ms * kSlowness);  // the head is judged, and the body awaited
  revoke(id_of(key()));
  for (std::size_t i = 0; i < wires.size(); ++i) {
    const RawAnswer answer = wires[i].ask(requests[i].substr(requests[i].size() - 1));
    EXPECT_THAT(answer.status, AnyOf(401U, 403U)) << requests[i].substr(0, 40) << answer.body;
  }
}

TEST_F(RightsAttack, AKeyMakesNoKeyThatMayMoreThanItself) {
  start_alone();
  const Instant end = SystemClock{}.now() + 1h;
  const std::string address = "127.0.1.1/32";
  const RawAnswer limited = make_key(
      admin(), R"(,"scopes":["admin"],"addresses":[")" + address + R"("],"expires":")" + to_rfc3339(end) + "\"");
  ASSERT_EQ(limited.status, 201U) << limited.body;
  const std::string maker = member(limited.body, "key");
  std::vector<std::string> children;
  for (const char* wanted :
       {R"(,"scopes":["sign"])", R"(,"scopes":["admin"])", R"(,"scopes":["admin","sign","timestamp","audit"])",
        R"(,"scopes":["admin"],"addresses":["0.0.0.0/0","::/0"])",
        R"(,"scopes":["admin"],"expires":"2090-01-01T00:00:00Z")",
        R"(,"scopes":["admin"],"addresses":["127.0.1.0/24"])"}) {
    const RawAnswer made = make_key(maker, wanted);
    if (made.status != 201) {
      EXPECT_THAT(made.status, AnyOf(400U, 403U, 422U)) << wanted << made.body;
      continue;
    }
    const std::string child = member(made.body, "key");
    children.push_back(child);
    EXPECT_EQ(member(made.body, "scopes"), R"(["admin"])") << wanted;
    EXPECT_EQ(member(made.body, "addresses"), "[\"" + address + "\"]") << wanted;
    const std::string expires = member(made.body, "expires");
    EXPECT_FALSE(expires.empty()) << wanted;
    EXPECT_LE(expires, to_rfc3339(end)) << wanted;
    EXPECT_EQ(sign(child).status, 403U) << wanted;
    std::optional<Wire> elsewhere = Wire::open(attacker_peer(7));
    ASSERT_TRUE(elsewhere.has_value());
    EXPECT_THAT(elsewhere->ask(get("/v1/keys", child)).status, AnyOf(401U, 403U)) << wanted;
  }
  // Control: rights that the maker may pass on are passed on, and the key ends with its maker.
  ASSERT_FALSE(children.empty());
  EXPECT_EQ(ask(get("/v1/keys", children.front())).status, 200U);
  revoke(id_of(maker));
  for (const std::string& child : children) {
    EXPECT_EQ(ask(get("/v1/keys", child)).status, 401U) << "outlives its maker";
  }
}

// Five wrong PINs lock a credential; those of one tenant do not lock it for the others.
TEST_F(RightsAttack, APartyOfEveryTenantIsNotLockedByOneOfThem) {
  start_alone();
  ASSERT_EQ(sign_by_pin(attacked_.bystander_key, kSharedParty, ServerFolder::party_pin()).status, 200U);
  for (int i = 0; i < 12; ++i) {
    EXPECT_NE(sign_by_pin(key(), kSharedParty, "wrong-" + std::to_string(i) + "000").status, 200U);
  }
  EXPECT_NE(sign_by_pin(key(), kSharedParty, ServerFolder::party_pin()).status, 200U) << "no control: it is not locked";
  EXPECT_EQ(sign_by_pin(attacked_.bystander_key, kSharedParty, ServerFolder::party_pin()).status, 200U);
}

// The answer of an outage is not kept: the token's files are away, then back, and the same request is asked again.
TEST_F(RightsAttack, APassingFailureIsNotKeptUnderAnIdempotencyKey) {
  start_alone({"hsm.breaker_first=20ms", "hsm.breaker_last=100ms"});
  const std::string request = post("/tsa", key(), kTimestampQuery, timestamp_body("once"), idempotency_key("the same"));
  const auto granted = [](const RawAnswer& answer) {
    const auto response = tsp::parse_response(bytes_of(answer.body));
    return answer.status == 200 && response && std::get_if<tsp::TimestampToken>(&*response) != nullptr;
  };
  ASSERT_TRUE(granted(ask(post("/tsa", key(), kTimestampQuery, timestamp_body("before")))));
  const std::filesystem::path tokens = attacked_.folder.path() / "tokens";
  const std::filesystem::path away = attacked_.folder.path() / "tokens.away";
  std::filesystem::rename(tokens, away);
  // Without a key of its own, until one fails: only then does the outage reach the unit.
  const bool failed =
      soon([&] { return !granted(ask(post("/tsa", key(), kTimestampQuery, timestamp_body("x")))); }, 5'000);
  const RawAnswer during = ask(request);
  std::filesystem::rename(away, tokens);
  ASSERT_TRUE(failed && !granted(during)) << "no outage was made";
  EXPECT_TRUE(soon([&] { return granted(ask(post("/tsa", key(), kTimestampQuery, timestamp_body("y")))); }, 20'000))
      << "the unit does not come back";
  EXPECT_TRUE(granted(ask(request))) << "the failure is repeated";
  // Control: what was granted is repeated.
  EXPECT_EQ(ask(request).body, ask(request).body);
}

TEST_F(RightsAttack, OneActivationSignsOnce) {
  start_alone();
  const RawAnswer made = ask(post(
      "/v1/activations", key(), kJson,
      activation_request(AttackedFolder::kAttackersParty, sha256_of("the contract"), AttackedFolder::kAttackersPin)));
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto answers = race(post(
      "/v1/cms", key(), kJson,
      party_cms_request(AttackedFolder::kAttackersParty, sha256_of("the contract"), member(made.body, "activation"))));
  EXPECT_EQ(count(answers, 200), 1U) << summary(answers);
  EXPECT_EQ(count(answers, 0), 0U) << summary(answers);
}

TEST_F(RightsAttack, WrongPinsAtOnceAreCounted) {
  start_alone();
  const auto answers =
      race(post("/v1/cms", key(), kJson, party_body(AttackedFolder::kAttackersParty, "wrong-000000", "the contract")));
  EXPECT_EQ(count(answers, 200), 0U);
  std::size_t judged = 0;
  for (const RawAnswer& answer : answers) {
    judged += member(answer.body, "code") == "pin-incorrect" ? 1U : 0U;
  }
  EXPECT_GT(judged, 0U) << summary(answers);
  EXPECT_LE(judged, 5U) << "more guesses than pin.max_failures: " << summary(answers);
}

TEST_F(RightsAttack, OneIdempotencyKeyIsOneSignature) {
  start_alone();
  const std::string request = post("/v1/cms", key(), kJson, cms_body("the contract"), idempotency_key("one"));
  const auto answers = race(request);
  std::set<std::string> ids;
  for (const RawAnswer& answer : answers) {
    if (answer.status == 200) {
      ids.insert(member(answer.body, "signature_id"));
    }
  }
  EXPECT_EQ(ids.size(), 1U) << summary(answers);
  EXPECT_EQ(count(answers, 200) + count(answers, 409) + count(answers, 503), answers.size()) << summary(answers);
  const RawAnswer again = ask(request);
  EXPECT_EQ(again.status, 200U);
  EXPECT_THAT(ids, Each(member(again.body, "signature_id")));
}

// Everything that was given to one tenant is, to another, as unknown as things that never were.
TEST_F(RightsAttack, WhatIsAnotherTenantsIsUnknown) {
  start_alone();
  const std::string mine = attacked_.bystander_key;
  const RawAnswer signature = ask(post("/v1/cms", mine, kJson, cms_body("mine"), idempotency_key("mine")));
  ASSERT_EQ(signature.status, 200U) << signature.body;
  const std::string id = member(signature.body, "signature_id");
  ASSERT_TRUE(soon([&] { return ask(get("/v1/signatures/" + id + "/evidence", mine)).status == 200; }));
  const RawAnswer activation = ask(
      post("/v1/activations", mine, kJson,
           activation_request(AttackedFolder::kBystandersParty, sha256_of("mine"), AttackedFolder::kBystandersPin)));
  ASSERT_EQ(activation.status, 201U) << activation.body;

  const auto same_as_unknown = [&](const std::string& path, const std::string& unknown, const std::string& with) {
    const RawAnswer answer = ask(get(path, with));
    const RawAnswer control = ask(get(unknown, with));
    EXPECT_EQ(answer.status, control.status) << path;
    EXPECT_EQ(member(answer.body, "code"), member(control.body, "code")) << path;
    EXPECT_EQ(member(answer.body, "detail"), member(control.body, "detail")) << path;
    EXPECT_GE(answer.status, 400U) << path;
  };
  const std::string unknown = id.substr(0, id.size() - 4) + "0000";
  same_as_unknown("/v1/signatures/" + id, "/v1/signatures/" + unknown, key());
  same_as_unknown("/v1/signatures/" + id + "/evidence", "/v1/signatures/" + unknown + "/evidence", key());

  // Its activation: in another tenant's hand it is one that nobody made, and it still serves its owner.
  const auto use = [&](const std::string& with, const std::string& party, const std::string& token) {
    return ask(post("/v1/cms", with, kJson, party_cms_request(party, sha256_of("mine"), token)));
  };
  const std::string token = member(activation.body, "activation");
  const RawAnswer stolen = use(key(), AttackedFolder::kBystandersParty, token);
  const RawAnswer unheard = use(key(), "party-nobody", token);
  EXPECT_EQ(stolen.status, unheard.status) << stolen.body;
  EXPECT_EQ(member(stolen.body, "code"), member(unheard.body, "code"));
  EXPECT_NE(use(key(), AttackedFolder::kAttackersParty, token).status, 200U);
  EXPECT_EQ(use(mine, AttackedFolder::kBystandersParty, token).status, 200U);

  // Its credential, with the right PIN.
  EXPECT_EQ(sign_by_pin(key(), AttackedFolder::kBystandersParty, AttackedFolder::kBystandersPin).status,
            sign_by_pin(key(), "party-nobody", AttackedFolder::kBystandersPin).status);
  EXPECT_THAT(ask(get("/v1/credentials", key())).body, Not(HasSubstr(AttackedFolder::kBystandersParty)));

  // Its Idempotency-Key: another tenant's is another key.
  const RawAnswer replay = ask(post("/v1/cms", key(), kJson, cms_body("mine"), idempotency_key("mine")));
  EXPECT_EQ(replay.status, 200U) << replay.body;
  EXPECT_NE(member(replay.body, "signature_id"), id);
  EXPECT_EQ(replay.field("Idempotency-Replayed"), "");

  // Its API key.
  EXPECT_THAT(ask(get("/v1/keys", admin())).body, Not(HasSubstr(id_of(mine))));
  EXPECT_EQ(ask(bodiless("DELETE", "/v1/keys/" + id_of(mine), admin())).status,
            ask(bodiless("DELETE", "/v1/keys/0000000000000000", admin())).status);
  EXPECT_EQ(sign(mine).status, 200U) << "another tenant has revoked it";
}

// While the token's files are away nothing is signed, everybody sees it, and it heals by itself.
TEST_F(RightsAttack, AKeyThatVanishedIsSeenAndComesBack) {
  start_alone({"hsm.breaker_first=20ms", "hsm.breaker_last=200ms"});
  const auto signs = [&] { return sign(key()).status == 200; };
  const auto stamps = [&] {
    const RawAnswer answer = ask(post("/tsa", key(), kTimestampQuery, timestamp_body("a")));
    const auto response = tsp::parse_response(bytes_of(answer.body));
    return answer.status == 200 && response && std::get_if<tsp::TimestampToken>(&*response) != nullptr;
  };
  ASSERT_TRUE(signs() && stamps());
  const std::filesystem::path tokens = attacked_.folder.path() / "tokens";
  const std::filesystem::path away = attacked_.folder.path() / "tokens.away";
  const double failed_before = metrics().sum("rakkan_key_uses_total", "failed");
  std::filesystem::rename(tokens, away);
  const bool refused = soon([&] { return !signs() && !stamps(); }, 10'000);
  const bool red = soon([&] { return (static_cast<void>(stamps()), ask(get("/readyz")).status == 503); }, 10'000);
  let_pass(600ms);
  std::filesystem::rename(away, tokens);
  EXPECT_TRUE(refused) << "no control: the keys did not vanish";
  EXPECT_TRUE(red) << "/readyz says that all is well";
  EXPECT_GT(metrics().sum("rakkan_key_uses_total", "failed"), failed_before);
  EXPECT_TRUE(soon(stamps, 20'000)) << "the unit does not come back";
  EXPECT_TRUE(soon(signs, 20'000)) << "the operator's key does not come back";
  EXPECT_TRUE(soon([&] { return ask(get("/readyz")).status == 200; }, 20'000));
}

}  // namespace
}  // namespace rakkan::test
