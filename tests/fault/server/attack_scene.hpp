// The scene of an attack: a rakkand with two tenants, the attacker's and a bystander's, and beside it a second rakkand
// that nobody attacks, with a bystander of its own. Trouble of that one at the same time is the machine's doing.
//
//   Flood attack(64, {attacker_peer()}, [&](unsigned) { return ...; });
//   const Outcome outcome = suffer("a flood of signatures", attack, {.memory_mb = 64});
//   EXPECT_THAT(outcome.harm, IsEmpty());
//
// Asserted of every attack: at least 95 % of the bystander's requests are served, none of its p99s is above three times
// the quiet one, memory stays within what the configuration allows, and when it ends everything is as before.
//
// RAKKAN_ATTACK_SECONDS   length of the quiet phase and of each window under attack (default 2)
// RAKKAN_ATTACK_STRICT=1  for a machine with nothing else to do: one window, no allowance for the machine's own noise,
//                         and "as before" within one second
// RAKKAN_ATTACK_PROGRAMS  folder of other programs to attack, of a release build for example
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "attack_requests.hpp"
#include "attackers.hpp"
#include "bystander.hpp"
#include "support/eventually.hpp"
#include "support/server_folder.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {

// Holds rakkan, rakkand and rakkan-dev-pki.
[[nodiscard]] std::string attacked_programs();

// The cost of an attack that the configuration allows.
struct Allowance {
  double memory_mb = 64;    // peak above the quiet server's
  double left_over_mb = 0;  // of it, what may still be there at the end; 0: not looked at
  // Milliseconds that connections may stay: work that was taken on is done, or dropped at signing.deadline, also when
  // its caller has left.
  int worked_off_ms = 0;
};

struct Outcome {
  std::vector<std::string> harm;  // what is not as it has to be; empty: the attack was withstood
  Bystander::Figures quiet, attacked, after;
  std::string line;  // the figures
};

// Of one server: /metrics as a table, name{labels} to value.
class MetricsPage {
 public:
  [[nodiscard]] static MetricsPage read(std::uint16_t port);
  // The sum over all labels that contain `labels`.
  [[nodiscard]] double sum(const std::string& name, const std::string& labels = {}) const;

 private:
  std::map<std::string, double> values_;
};

// One folder for the whole program, made at its first use, never started: tests copy it.
class AttackedFolder {
 public:
  [[nodiscard]] static const AttackedFolder& original();
  [[nodiscard]] AttackedFolder copy_to(const std::filesystem::path& path) const;

  ServerFolder folder;
  std::string attacker_key;    // tenant load: sign, timestamp, audit
  std::string attacker_admin;  // tenant load: all scopes
  std::string bystander_key;   // tenant bystander: sign, timestamp, audit

  // Credentials. Of every tenant: operator, operator-p256, party-takasaki.
  static constexpr const char* kAttackersParty = "party-yoshino";
  static constexpr const char* kAttackersPin = "yoshino-161803";
  static constexpr const char* kBystandersParty = "party-yamada";
  static constexpr const char* kBystandersPin = "yamada-314159";
};

class AttackScene : public ::testing::Test {
 protected:
  AttackScene();
  ~AttackScene() override;

  // Starts the server under attack and its neighbour, both with these settings, and the bystanders.
  void start(std::vector<std::string> settings = {}, const std::string& shell = {});
  // Starts the server alone, without neighbour and bystander, for tests of single requests.
  void start_alone(std::vector<std::string> settings = {}, const std::string& shell = {});
  // Measures what the bystander gets before, during and after the attack. The bystander's requests go on afterwards.
  [[nodiscard]] Outcome suffer(const std::string& name, Attack& attack, const Allowance& allowance = {});

  // Attackers come from 127.0.1.0 on, the bystander from 127.0.0.1.
  [[nodiscard]] Peer attacker_peer(std::size_t number = 0) const;
  [[nodiscard]] Peer bystander_peer() const;
  [[nodiscard]] Wire connect(std::size_t number = 0) const;  // as an attacker; throws
  [[nodiscard]] RawAnswer ask(const std::string& request) const;
  [[nodiscard]] MetricsPage metrics() const { return MetricsPage::read(attacked_.folder.metrics_port()); }
  [[nodiscard]] double memory_mb() const { return server_->memory_mb(); }
  [[nodiscard]] static std::string member(const std::string& json, const std::string& name);

  // True when the condition became true within that time.
  template <class Condition>
  static bool soon(Condition condition, int milliseconds = 60'000) {
    const auto until = Wire::in(milliseconds);
    while (!condition()) {
      if (Wire::Clock::now() >= until) {
        return false;
      }
      let_pass(std::chrono::milliseconds(20));
    }
    return true;
  }

  TlsManner tls_;
  bool uses_tls_ = false;  // set before start(): https, for attackers and bystanders
  TemporaryFolder temporary_{memory_folder()};
  AttackedFolder attacked_;
  std::optional<AttackedFolder> neighbour_;
  std::optional<ServerProcess> server_, neighbours_server_;
  std::unique_ptr<Bystander> bystander_, neighbours_bystander_;

 private:
  struct Window;
  [[nodiscard]] Account account_of(const AttackedFolder& attacked) const;
  [[nodiscard]] std::vector<std::string> complaints_of(const Window& window) const;
  void see_end(Outcome& outcome, std::string& recovery, double connections, int worked_off_ms);
};

}  // namespace rakkan::test
