#include "attack_scene.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace rakkan::test {
namespace {

using namespace std::chrono_literals;
using Stream = Bystander::Stream;

constexpr double kLeastServed = 0.95;
constexpr double kMostSlower = 3;
constexpr int kWindows = 3;

bool is_strict() { return std::getenv("RAKKAN_ATTACK_STRICT") != nullptr; }

// Two commits and a signature take some milliseconds; below this a p99 says more about the scheduler than the server,
// all the more where ten programs share two cores.
double least_p99_ms() { return is_strict() ? 10 : 40.0 * kSlowness; }

std::chrono::milliseconds window_time() {
  const char* seconds = std::getenv("RAKKAN_ATTACK_SECONDS");
  return std::chrono::seconds(seconds != nullptr ? std::max(1, std::atoi(seconds)) : 2) * kSlowness;
}

// Sanitizers have a memory of their own: what was freed stays for a while, and each byte has its shadow.
double with_shadow(double megabytes) { return kSlowness == 1 ? megabytes : megabytes * 4 + 512; }

std::string number(double value, int digits = 0) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string p99s(const Bystander::Figures& figures) {
  std::string text;
  for (const auto& [stream, p99] : figures.p99_ms) {
    text += (text.empty() ? "" : "/") + number(p99);
  }
  return text;
}

std::string share(const Bystander::Figures& figures) { return number(100 * figures.share(), 1) + " %"; }

std::string refusals(const Bystander::Figures& figures) {
  std::string text;
  for (const auto& [refusal, times] : figures.not_served) {
    text += (text.empty() ? "" : ", ") + std::to_string(times) + " x " + refusal;
  }
  return text.empty() ? "" : " (" + text + ")";
}

AttackedFolder make_original() {
  static const TemporaryFolder place{memory_folder()};
  ServerFolder folder(attacked_programs(), place.path() / "data");
  folder.enrol_party(AttackedFolder::kAttackersParty, "load", AttackedFolder::kAttackersPin);
  folder.enrol_party(AttackedFolder::kBystandersParty, "bystander", AttackedFolder::kBystandersPin);
  std::string admin = folder.create_key("load", {"sign", "timestamp", "audit", "admin"});
  std::string bystanders = folder.create_key("bystander", {"sign", "timestamp", "audit"});
  std::string attackers = folder.api_key();
  return {std::move(folder), std::move(attackers), std::move(admin), std::move(bystanders)};
}

}  // namespace

std::string attacked_programs() {
  const char* folder = std::getenv("RAKKAN_ATTACK_PROGRAMS");
  return folder != nullptr ? folder : RAKKAN_PROGRAMS;
}

MetricsPage MetricsPage::read(std::uint16_t port) {
  MetricsPage page;
  std::optional<Wire> wire = Wire::open({port});
  std::istringstream text(wire ? wire->ask(get("/metrics")).body : std::string());
  for (std::string line; std::getline(text, line);) {
    const std::size_t space = line.rfind(' ');
    if (!line.starts_with('#') && space != std::string::npos) {
      page.values_[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
    }
  }
  return page;
}

double MetricsPage::sum(const std::string& name, const std::string& labels) const {
  double all = 0;
  for (const auto& [series, value] : values_) {
    const std::string_view rest = std::string_view(series).substr(std::min(name.size(), series.size()));
    if (series.starts_with(name) && (rest.empty() || rest.front() == '{') &&
        rest.find(labels) != std::string_view::npos) {
      all += value;
    }
  }
  return all;
}

const AttackedFolder& AttackedFolder::original() {
  static const AttackedFolder made = make_original();
  return made;
}

AttackedFolder AttackedFolder::copy_to(const std::filesystem::path& path) const {
  return {folder.copy_to(path), attacker_key, attacker_admin, bystander_key};
}

AttackScene::AttackScene() : attacked_(AttackedFolder::original().copy_to(temporary_.path() / "attacked")) {}

// Killed: whether it ends in order is another test's question, and one under attack may take its time.
AttackScene::~AttackScene() {
  for (std::optional<ServerProcess>* server : {&server_, &neighbours_server_}) {
    if (*server) {
      (*server)->kill();
    }
  }
}

void AttackScene::start_alone(std::vector<std::string> settings, const std::string& shell) {
  server_.emplace(attacked_.folder.start(std::move(settings), shell));
}

void AttackScene::start(std::vector<std::string> settings, const std::string& shell) {
  neighbour_.emplace(AttackedFolder::original().copy_to(temporary_.path() / "neighbour"));
  neighbours_server_.emplace(neighbour_->folder.start(settings, shell));
  start_alone(std::move(settings), shell);
  bystander_ = std::make_unique<Bystander>(account_of(attacked_));
  neighbours_bystander_ = std::make_unique<Bystander>(account_of(*neighbour_));
  let_pass(500ms * kSlowness);  // keys are opened, memory is warm
}

Account AttackScene::account_of(const AttackedFolder& attacked) const {
  return {{attacked.folder.port(), "127.0.0.1", "127.0.0.1", uses_tls_ ? &tls_ : nullptr},
          attacked.bystander_key,
          AttackedFolder::kBystandersParty,
          AttackedFolder::kBystandersPin};
}

Peer AttackScene::bystander_peer() const {
  return {attacked_.folder.port(), "127.0.0.1", "127.0.0.1", uses_tls_ ? &tls_ : nullptr};
}

Peer AttackScene::attacker_peer(std::size_t number) const {
  Peer peer = bystander_peer();
  peer.from = "127.0." + std::to_string(1 + number / 250) + "." + std::to_string(1 + number % 250);
  return peer;
}

Wire AttackScene::connect(std::size_t number) const {
  std::optional<Wire> wire = Wire::open(attacker_peer(number));
  if (!wire) {
    throw std::runtime_error("no connection to the server");
  }
  return std::move(*wire);
}

RawAnswer AttackScene::ask(const std::string& request) const { return connect().ask(request, Wire::in(30'000)); }

std::string AttackScene::member(const std::string& json, const std::string& name) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(json, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  return found == nullptr ? std::string() : found->is_string() ? std::string(found->as_string()) : serialize(*found);
}

// One look at the bystander while the attack goes on, or right after it.
struct AttackScene::Window {
  const Bystander::Figures& quiet;
  const Bystander::Figures& now;
  const Bystander::Figures& neighbour;
  const char* when;
};

std::vector<std::string> AttackScene::complaints_of(const Window& window) const {
  std::vector<std::string> harm;
  if (window.now.asked == 0 || window.now.share() < kLeastServed) {
    harm.push_back(std::string(window.when) + ": served " + share(window.now) + refusals(window.now));
  }
  for (const auto& [stream, p99] : window.now.p99_ms) {
    const auto of = [wanted = stream](const Bystander::Figures& figures) {
      const auto found = figures.p99_ms.find(wanted);
      return found == figures.p99_ms.end() ? 0.0 : found->second;
    };
    const double machine = is_strict() ? 0 : of(window.neighbour);
    const double bound = kMostSlower * std::max({of(window.quiet), machine, least_p99_ms()});
    if (p99 > bound) {
      harm.push_back(std::string(window.when) + ": p99 of " + Bystander::name(stream) + " " + number(p99) +
                     " ms, bound " + number(bound) + " ms");
    }
  }
  return harm;
}

// `connections`: how many there were before.
void AttackScene::see_end(Outcome& outcome, std::string& recovery, double connections, int worked_off_ms) {
  const auto ended = Bystander::Clock::now();
  const auto is_ready = [&] { return ask(get("/readyz")).status == 200; };
  // A connection of ours may be counted while we look.
  const auto is_alone = [&] { return metrics().sum("rakkan_http_connections") <= connections + 2; };
  const int patience = is_strict() ? 1'000 : 5'000 * kSlowness;
  if (!soon(is_ready, patience)) {
    outcome.harm.push_back("afterwards: /readyz " + std::to_string(ask(get("/readyz")).status) + " " +
                           ask(get("/readyz")).body);
  }
  if (!soon(is_alone, std::max(patience, worked_off_ms * kSlowness))) {
    outcome.harm.push_back("afterwards: " + number(metrics().sum("rakkan_http_connections")) +
                           " connections are open, before " + number(connections));
  }
  recovery = number(std::chrono::duration<double, std::milli>(Bystander::Clock::now() - ended).count()) + " ms";
}

Outcome AttackScene::suffer(const std::string& name, Attack& attack, const Allowance& allowance) {
  Outcome outcome;
  const auto time = window_time();
  outcome.quiet = bystander_->watch(time);
  // A bystander that is not even served in peace is no measure.
  const auto quiet_harm = complaints_of({outcome.quiet, outcome.quiet, outcome.quiet, "quiet"});
  const double memory_before = memory_mb();
  const double connections = metrics().sum("rakkan_http_connections");

  attack.begin();
  let_pass(300ms);
  Bystander::Figures neighbour;
  for (int i = 0; i < (is_strict() ? 1 : kWindows) && (i == 0 || !outcome.harm.empty()); ++i) {
    const auto from = Bystander::Clock::now();
    outcome.attacked = bystander_->watch(time);
    neighbour = neighbours_bystander_->between(from, from + time);
    outcome.harm = complaints_of({outcome.quiet, outcome.attacked, neighbour, "under attack"});
  }
  outcome.harm.insert(outcome.harm.end(), quiet_harm.begin(), quiet_harm.end());
  const std::string effect = attack.effect();
  attack.end();

  const auto from = Bystander::Clock::now() + 1s * kSlowness;
  std::string recovery;
  see_end(outcome, recovery, connections, allowance.worked_off_ms);
  outcome.after = bystander_->between(from, from + 1s * kSlowness);
  const auto after = complaints_of(
      {outcome.quiet, outcome.after, neighbours_bystander_->between(from, from + 1s * kSlowness), "afterwards"});
  outcome.harm.insert(outcome.harm.end(), after.begin(), after.end());

  const double peak = server_->peak_memory_mb() - memory_before;
  const double allowed = with_shadow(allowance.left_over_mb);
  // The allocator's free memory goes back when there is time for it.
  static_cast<void>(allowance.left_over_mb > 0 && soon([&] { return memory_mb() - memory_before <= allowed; }, 10'000));
  const double left_over = memory_mb() - memory_before;
  if (peak > with_shadow(allowance.memory_mb)) {
    outcome.harm.push_back("memory: " + number(peak) + " MB more than before, allowed " +
                           number(with_shadow(allowance.memory_mb)));
  }
  if (allowance.left_over_mb > 0 && left_over > allowed) {
    outcome.harm.push_back("memory: " + number(left_over) + " MB more than before are still held, allowed " +
                           number(allowed));
  }
  outcome.line = "attack: " + name + ": served " + share(outcome.attacked) + refusals(outcome.attacked) + ", quiet " +
                 share(outcome.quiet) + "; p99 cms/tsa/party " + p99s(outcome.attacked) + " ms, quiet " +
                 p99s(outcome.quiet) + ", neighbour " + p99s(neighbour) + "; memory " + number(memory_before) + " + " +
                 number(peak) + " MB, then + " + number(left_over) + "; as before after " + recovery +
                 "; the attacker: " + effect;
  std::cout << outcome.line << std::endl;
  return outcome;
}

}  // namespace rakkan::test
