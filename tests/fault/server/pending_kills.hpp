// PendingKills: callers of a rakkand that is killed under load between its keys' signatures and what other authorities
// add to them. Each caller sends a request again under its Idempotency-Key, in this life of the server or a later one,
// as witness or as party, until it has its signature.
//
//   class AtBT : public PendingKills { ... };
//   live_and_die(...);  // as often as RAKKAN_KILLS says
//   finish_all();       // with authorities that answer
//   expect_log_agrees();
//
// In the end every request is answered or accounted for: each intent of the log has one outcome and cost one C_Sign at
// most, by the count of the PKCS#11 module; a signature that was promised as pending is that very signature; and no
// activation signed twice.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
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
#include "support/test_authority.hpp"

namespace rakkan::test {

class PendingKills : public ServerFixture {
 protected:
  // A request that is sent until it has its signature.
  struct Wanted {
    std::string key;  // Idempotency-Key
    std::string path;
    std::string content_type;
    Bytes body;
    Bytes document = {};          // of a signature in a document
    std::string activation = {};  // empty: as witness
    std::string pending = {};     // the signature that was promised
  };

  // RAKKAN_KILLS: how often; the default is what every run does.
  static int kills(int by_default) {
    const char* text = std::getenv("RAKKAN_KILLS");
    return text != nullptr ? std::atoi(text) : by_default;
  }

  [[nodiscard]] virtual std::vector<std::string> settings() const = 0;
  // The next request of a caller; nothing when the server granted no activation for it.
  [[nodiscard]] virtual std::optional<Wanted> next_of_witness(unsigned number) = 0;
  [[nodiscard]] virtual std::optional<Wanted> next_of_party(unsigned number) = 0;
  // Of the answer that brings the signature.
  virtual void check_answer(const Wanted& /*wanted*/, const fetch::HttpResponse& /*answer*/) {}
  // Another way to complete a signature that is pending, before the request is sent again.
  virtual void finish(const Wanted& /*wanted*/) {}
  // Every authority answers well from now on.
  virtual void repair() = 0;

  // Lets the callers work until the server has given so many more answers, and for a while of the next one.
  void live_and_die(std::size_t answers, std::chrono::microseconds more) {
    ServerProcess server = start();
    std::vector<CallerUntilKilled> callers;
    for (unsigned who = 0; who < kCallers; ++who) {
      callers.emplace_back([this, who](const std::atomic<bool>& over) { call(who, over); });
    }
    kill_while_serving(server, callers, [this] { return answers_.load(); }, answers, more);
    ++lives_;
  }

  // The last life.
  void finish_all() {
    repair();
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

  void expect_log_agrees() {
    ASSERT_GT(made_.size(), lives_) << "the load was none";
    ASSERT_OK_AND_ASSIGN(const auto store, store::open_sqlite(folder_.path()));
    EXPECT_THAT(value_or_throw(store->kept_signatures()), ::testing::IsEmpty());
    const std::map<std::string, int> uses = uses_by_input();
    std::map<std::string, int> intents_by_input;
    std::map<std::uint64_t, int> outcomes;
    std::map<std::string, int> made;
    std::map<std::string, int> by_activation;  // uses of keys
    for (std::uint64_t index = 0;; ++index) {
      const auto record = store->record(index);
      if (!record) {
        break;
      }
      const boost::json::object body = boost::json::parse(record->body).as_object();
      if (body.contains("intent_of")) {
        const std::string input(body.at("to_be_signed").at("value").as_string());
        ++intents_by_input[input];
        outcomes.try_emplace(index, 0);
        if (const auto* const activation = body.if_contains("activation")) {
          const auto used = uses.find(input);
          by_activation[std::string(activation->as_string())] += used == uses.end() ? 0 : used->second;
        }
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
    std::size_t signatures = 0;
    for (const auto& [input, intents] : intents_by_input) {
      const auto used = uses.find(input);
      const int count = used == uses.end() ? 0 : used->second;
      EXPECT_LE(count, intents) << "a key signed more often than there are intents";
      signatures += static_cast<std::size_t>(count);
    }
    EXPECT_GE(signatures, made_.size()) << "the module did not count";
    EXPECT_GE(by_activation.size(), 1U) << "no party signed";
    for (const auto& [activation, count] : by_activation) {
      EXPECT_LE(count, 1) << "an activation was used twice";
    }
    for (const std::string& id : made_) {
      EXPECT_EQ(made[id], 1) << id;
    }
    std::cout << lives_ << " kills, " << outcomes.size() << " intents, " << signatures << " C_Sign, " << made_.size()
              << " signatures, of which " << were_pending_ << " were pending, " << lost_consents_
              << " consents of a value that was not kept yet\n";
  }

  [[nodiscard]] Result<fetch::HttpResponse> post(const std::string& path, const std::string& content_type,
                                                 ByteView body, const std::string& key = "") const {
    fetch::HttpRequest request{"POST",
                               folder_.url(path),
                               {{"Authorization", "Bearer " + folder_.api_key()}, {"Content-Type", content_type}},
                               {body}};
    if (!key.empty()) {
      request.headers.push_back({"Idempotency-Key", key});
    }
    return fetch::HttpClient(fetch::HttpOptions{}).send(request);
  }
  static constexpr unsigned kCallers = 4;
  std::array<std::vector<Wanted>, kCallers> wanted_;  // each caller's own

 private:
  [[nodiscard]] ServerProcess start() const {
    std::vector<std::string> all = settings();
    all.insert(all.end(), {std::string("hsm.module=") + RAKKAN_FAULTY_PKCS11, "fetch.breaker_failures=100000",
                           "pin.memory=8MiB", "pin.iterations=1", "pin.max_failures=100", "pin.first_wait=0s"});
    const std::string log = (temporary_.path() / "signed").string();
    return folder_.start(std::move(all), "export RAKKAN_SIGN_LOG='" + log + "'");
  }

  // Sends it once. True when nothing more can come of it.
  bool is_done(Wanted& wanted) {
    if (!wanted.pending.empty()) {
      finish(wanted);
    }
    const auto answer = post(wanted.path, wanted.content_type, wanted.body, wanted.key);
    if (!answer) {
      return false;
    }
    ++answers_;
    if (answer->status == 200) {
      const std::string id(answer->header("rakkan-signature-id").value_or(""));
      EXPECT_TRUE(wanted.pending.empty() || wanted.pending == id) << id << " is not the promised " << wanted.pending;
      check_answer(wanted, *answer);
      show_consent_again(wanted);
      const std::scoped_lock lock(mutex_);
      EXPECT_TRUE(made_.insert(id).second) << "two requests have one signature";
      were_pending_ += wanted.pending.empty() ? 0 : 1;
      return true;
    }
    const std::string body(text_of(answer->body));
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

  // The activation that signed, in a request of its own: whatever life of the server signed with it, it is used.
  void show_consent_again(const Wanted& wanted) const {
    if (!wanted.activation.empty()) {
      const auto answer = post(wanted.path, wanted.content_type, wanted.body);
      EXPECT_TRUE(!answer || answer->status != 200) << "an activation served twice";
    }
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
        const unsigned number = ++number_;
        if (auto next = who % 2 == 0 ? next_of_witness(number) : next_of_party(number)) {
          mine.push_back(*std::move(next));
        }
      }
    }
  }

  [[nodiscard]] std::map<std::string, int> uses_by_input() const {
    std::map<std::string, int> uses;
    std::ifstream lines(temporary_.path() / "signed");
    for (std::string line; std::getline(lines, line);) {
      ++uses[line];
    }
    return uses;
  }

  std::atomic<unsigned> number_ = 0;
  std::atomic<std::size_t> answers_ = 0;
  std::atomic<unsigned> lost_consents_ = 0;
  std::size_t lives_ = 0;
  std::mutex mutex_;
  std::set<std::string> made_;
  unsigned were_pending_ = 0;
};

}  // namespace rakkan::test
