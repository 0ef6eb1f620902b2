// Many requests, of which no memory is left: a million by RAKKAN_ATTACK_REQUESTS=1000000, a tenth without it.
#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "attack_scene.hpp"

namespace rakkan::test {
namespace {

using namespace std::chrono_literals;

int requests() {
  const char* text = std::getenv("RAKKAN_ATTACK_REQUESTS");
  return text != nullptr ? std::atoi(text) : 100'000 / kSlowness;
}

class MillionAttack : public AttackScene {
 protected:
  static constexpr unsigned kConnections = 8;
  static constexpr int kPipelined =
      100;  // cheap ones, and behind them one that signs, one that is refused, one that reads

  // `count` requests, side by side; how many were answered as they should be.
  [[nodiscard]] int ask_many(int count) const {
    std::atomic<int> answered{0};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kConnections; ++i) {
      threads.emplace_back([&, i] {
        const int share = count / static_cast<int>(kConnections);
        for (int done = 0; done < share;) {
          std::optional<Wire> wire = Wire::open(attacker_peer(i));
          if (!wire) {
            return;
          }
          for (int round = 0; round < 20 && done < share; ++round) {  // then a connection of its own again
            done += ask_round(*wire, answered);
          }
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return answered;
  }

  int ask_round(Wire& wire, std::atomic<int>& answered) const {
    std::string all;
    for (int n = 0; n < kPipelined; ++n) {
      all += get("/healthz");
    }
    all += post("/v1/cms", attacked_.attacker_key, kJson, cms_body("one of many"));
    all += post("/tsa", attacked_.attacker_key, kTimestampQuery, "no request");
    all += get("/v1/keys", "rkn_0000000000000000_nobody");
    wire.send(all);
    for (int n = 0; n < kPipelined + 3; ++n) {
      const RawAnswer answer = wire.answer(Wire::in(30'000));
      if (!answer.whole) {
        break;
      }
      ++answered;
    }
    return kPipelined + 3;
  }
};

TEST_F(MillionAttack, MemoryIsFlat) {
  start_alone();
  const int count = requests();
  static_cast<void>(ask_many(count / 10));  // what is kept for reuse is there
  const double before = memory_mb();
  const auto begun = Wire::Clock::now();
  const int answered = ask_many(count);
  const double seconds = std::chrono::duration<double>(Wire::Clock::now() - begun).count();
  const double grown = memory_mb() - before;
  std::cout << "attack: " << count << " requests on " << kConnections << " connections, " << kPipelined
            << " at once: " << answered << " answered in " << seconds << " s; memory " << before << " + " << grown
            << " MB" << std::endl;
  EXPECT_GE(answered, count * 99 / 100);
  EXPECT_EQ(ask(get("/readyz")).status, 200U);
  EXPECT_GT(metrics().sum("rakkan_http_requests_total", "/v1/cms\",status=\"200"), count / 1'000);  // they signed, too
  EXPECT_LE(grown, kSlowness == 1 ? 8.0 : 512.0) << "MB more than before";  // sanitizers keep what was freed
}

}  // namespace
}  // namespace rakkan::test
