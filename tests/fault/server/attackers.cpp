#include "attackers.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "support/eventually.hpp"

namespace rakkan::test {

using namespace std::chrono_literals;

void Swarm::begin() {
  over_ = false;
  for (unsigned number = 0; number < attackers_; ++number) {
    threads_.emplace_back([this, number] {
      while (!over_) {
        const std::string answer = one_(number);
        if (answer.empty()) {
          return;
        }
        const std::scoped_lock lock(mutex_);
        ++answers_[answer];
      }
    });
  }
}

void Swarm::end() {
  over_ = true;
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

std::map<std::string, int> Swarm::answers() {
  const std::scoped_lock lock(mutex_);
  return answers_;
}

int Swarm::rounds() {
  int all = 0;
  for (const auto& [answer, times] : answers()) {
    all += times;
  }
  return all;
}

std::string Swarm::effect() {
  std::string text;
  for (const auto& [answer, times] : answers()) {
    text += (text.empty() ? "" : ", ") + std::to_string(times) + " x " + answer;
  }
  return text.empty() ? "nothing" : text;
}

Flood::Flood(unsigned attackers, std::vector<Peer> peers, std::function<std::string(unsigned)> request)
    : Swarm(attackers, [this](unsigned number) { return round(number); }),
      peers_(std::move(peers)),
      request_(std::move(request)),
      wires_(attackers) {}

void Flood::end() {
  Swarm::end();
  std::fill(wires_.begin(), wires_.end(), std::nullopt);
}

std::string Flood::round(unsigned number) {
  std::optional<Wire>& wire = wires_.at(number);
  if (!wire) {
    wire = Wire::open(peers_.at(number % peers_.size()), Wire::in(1'000));
  }
  if (!wire) {
    let_pass(20ms);
    return "no connection";
  }
  const RawAnswer answer = wire->ask(request_(number), Wire::in(2'000));
  if (!answer.whole || answer.field("Connection") == "close") {
    wire.reset();
  }
  if (answer.status != 200) {
    let_pass(5ms);  // one who only wants a core for himself needs no server
  }
  return answer.whole ? std::to_string(answer.status) : "broken off";
}

void Crowd::begin() {
  over_ = false;
  members_.clear();
  members_.resize(plan_.connections);
  for (std::size_t number = 0; number < members_.size(); ++number) {
    open(number);
  }
  thread_ = std::thread([this] { go_on(); });
}

void Crowd::end() {
  over_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
  members_.clear();
}

std::string Crowd::effect() {
  return std::to_string(opened_) + " opened, " + std::to_string(ended_) + " ended by the server, " +
         std::to_string(standing_) + " standing";
}

void Crowd::open(std::size_t number) {
  Member& member = members_.at(number);
  const Peer peer = plan_.peer(number);
  member.sent = 0;
  member.wire = plan_.handshake ? Wire::open(peer, Wire::in(1'000)) : Wire::open_silent(peer, Wire::in(1'000));
  if (member.wire) {
    ++opened_;
    feed(member);
  }
}

void Crowd::feed(Member& member) {
  std::string_view bytes;
  if (member.sent < plan_.first.size()) {
    bytes = std::string_view(plan_.first).substr(member.sent);
  } else if (!plan_.then.empty()) {
    bytes =
        std::string_view(plan_.then).substr((member.sent - plan_.first.size()) % plan_.then.size(), plan_.bytes_each);
  }
  const std::size_t wanted = bytes.size();
  if (wanted > 0) {
    member.wire->send_some(bytes);
    member.sent += wanted - bytes.size();
  }
}

void Crowd::go_on() {
  while (!over_) {
    const auto begun = Wire::Clock::now();
    std::size_t standing = 0;
    for (std::size_t number = 0; number < members_.size() && !over_; ++number) {
      Member& member = members_[number];
      if (member.wire && member.wire->is_gone()) {
        ++ended_;
        member.wire.reset();
      }
      if (!member.wire && plan_.come_again) {
        open(number);
      }
      if (member.wire) {
        ++standing;
        feed(member);
      }
    }
    standing_ = standing;
    let_pass(begun + std::chrono::milliseconds(plan_.pause_ms) - Wire::Clock::now());
  }
}

}  // namespace rakkan::test
