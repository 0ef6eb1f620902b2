// Attackers: an attack goes on between begin() and end() and reports its effect, so that one that reached nobody is
// seen.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "wire.hpp"

namespace rakkan::test {

class Attack {
 public:
  Attack() = default;
  Attack(const Attack&) = delete;
  Attack& operator=(const Attack&) = delete;
  virtual ~Attack() = default;
  virtual void begin() = 0;
  // Every connection is closed when it returns.
  virtual void end() = 0;
  // The server's answer to the attack, in few words.
  [[nodiscard]] virtual std::string effect() = 0;
};

// Attackers at work side by side, a thread each. `one` is one round of the attacker with that number: it returns what
// the server answered ("200"); an empty text ends that attacker.
class Swarm : public Attack {
 public:
  using Round = std::function<std::string(unsigned number)>;
  Swarm(unsigned attackers, Round one) : attackers_(attackers), one_(std::move(one)) {}
  ~Swarm() override { Swarm::end(); }

  void begin() override;
  void end() override;
  [[nodiscard]] std::string effect() override;
  [[nodiscard]] std::map<std::string, int> answers();
  [[nodiscard]] int rounds();

 private:
  const unsigned attackers_;
  const Round one_;
  std::atomic<bool> over_{false};
  std::mutex mutex_;
  std::map<std::string, int> answers_;
  std::vector<std::thread> threads_;
};

// A Swarm whose attackers send one request after another on connections that stay.
class Flood : public Swarm {
 public:
  // `request` makes the next one.
  Flood(unsigned attackers, std::vector<Peer> peers, std::function<std::string(unsigned number)> request);
  ~Flood() override { Flood::end(); }
  void end() override;

 private:
  std::string round(unsigned number);
  const std::vector<Peer> peers_;  // in turn
  const std::function<std::string(unsigned)> request_;
  std::vector<std::optional<Wire>> wires_;
};

// Many connections on one thread that never read: opened, then each given its next bytes in turn.
class Crowd : public Attack {
 public:
  struct Plan {
    std::size_t connections = 0;
    std::function<Peer(std::size_t number)> peer;
    bool handshake = false;      // TLS: shake hands, not only connect
    std::string first = {};      // sent as fast as it goes
    std::string then = {};       // then this, slowly, and again from its begin; empty: silence
    std::size_t bytes_each = 1;  // of `then` at a time
    int pause_ms = 100;          // from one time to the next
    bool come_again = false;     // a connection that the server ended is opened again
  };
  explicit Crowd(Plan plan) : plan_(std::move(plan)) {}
  ~Crowd() override { Crowd::end(); }

  // Returns when each has been tried once.
  void begin() override;
  void end() override;
  [[nodiscard]] std::string effect() override;
  [[nodiscard]] std::size_t opened() const { return opened_; }      // connections that came about, also again
  [[nodiscard]] std::size_t ended() const { return ended_; }        // by the server
  [[nodiscard]] std::size_t standing() const { return standing_; }  // now

 private:
  struct Member {
    std::optional<Wire> wire;
    std::size_t sent = 0;  // of `first`, and then of `then`
  };
  void open(std::size_t number);
  void go_on();
  void feed(Member& member);

  const Plan plan_;
  std::vector<Member> members_;
  std::thread thread_;
  std::atomic<bool> over_{false};
  std::atomic<std::size_t> opened_{0}, ended_{0}, standing_{0};
};

}  // namespace rakkan::test
