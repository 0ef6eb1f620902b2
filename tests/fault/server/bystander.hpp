// A bystander: a tenant whose three steady streams (POST /v1/cms, POST /tsa, a party's signatures) go on while somebody
// else attacks the same server. It measures what it gets. Each stream is a thread with a connection of its own, which
// is opened again, and the request sent once more, when the server had closed it between two requests.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/sanitizers.hpp"
#include "wire.hpp"

namespace rakkan::test {

struct Account {
  Peer peer;
  std::string key;
  std::string party;  // its credential
  std::string pin;
};

class Bystander {
 public:
  using Clock = Wire::Clock;
  enum class Stream { cms, tsa, party };
  static constexpr std::array kStreams{Stream::cms, Stream::tsa, Stream::party};
  static const char* name(Stream stream);

  // Figures of the requests that were begun within a span of time.
  struct Figures {
    std::size_t asked = 0;
    std::size_t served = 0;
    std::map<Stream, double> p99_ms;        // a request that took several periods stands for those it kept away
    std::map<std::string, int> not_served;  // "503 overloaded": how often
    [[nodiscard]] double share() const { return asked == 0 ? 0 : double(served) / double(asked); }
    [[nodiscard]] double worst_p99_ms() const;
  };

  explicit Bystander(Account account);
  ~Bystander();
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;

  // Waits until the requests that were begun in it have ended.
  [[nodiscard]] Figures between(Clock::time_point from, Clock::time_point to);
  // The figures of the coming span of that length.
  [[nodiscard]] Figures watch(std::chrono::milliseconds time);

 private:
  struct Sample {
    Stream stream;
    Clock::time_point begun;
    double milliseconds;
    std::string refusal;  // empty: served
  };

  void go_on(Stream stream);
  std::string ask_once(Stream stream, std::optional<Wire>& wire, const std::string& about);
  RawAnswer exchange(std::optional<Wire>& wire, const std::string& request) const;

  const Account account_;
  std::atomic<bool> over_{false};
  std::mutex mutex_;
  std::vector<Sample> samples_;
  std::array<std::atomic<Clock::rep>, kStreams.size()> done_until_{};  // what was begun before has ended
  std::vector<std::thread> threads_;
};

}  // namespace rakkan::test
