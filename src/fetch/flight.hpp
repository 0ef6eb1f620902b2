// Flight is one exchange in the loop, from its acceptance to its answer, over all of its attempts and redirects. Equal
// requests share one. Used on the loop's thread alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fetch/transfer.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/async/owner.hpp"
#include "rakkan/fetch/exchange.hpp"

namespace rakkan::fetch {

using Time = std::chrono::steady_clock::time_point;

// Answerer calls back in any case: the executor of a caller does not end while it waits.
using Answerer = std::function<void(Result<SharedResponse>)>;

struct Waiter {
  Answerer answer;
  async::Deadline deadline;
};

enum class Phase : std::uint8_t {
  waiting,       // for its turn, or for the time of a further attempt; holds no place
  resolving,     // the addresses of its host are looked up
  transferring,  // libcurl has it
};

struct Flight {
  std::uint64_t id;
  Exchange request;  // its URL and credentials are those of the present hop
  Origin origin;     // of that URL
  async::Owner owner;
  std::string key;  // equal requests have the same; empty: the exchange is not shared
  std::vector<Waiter> waiters;
  Phase phase = Phase::waiting;
  Time ready_at{};            // no attempt begins before
  std::optional<Time> began;  // the first attempt
  Time admitted{};            // the present attempt
  unsigned attempts = 0;
  unsigned redirects = 0;
  std::unique_ptr<Transfer> transfer;

  [[nodiscard]] bool holds_place() const noexcept { return phase != Phase::waiting; }
  [[nodiscard]] Time ends() const noexcept { return began ? *began + request.timeout : Time::max(); }
  // The latest time at which somebody still waits for the answer.
  [[nodiscard]] Time last_deadline() const noexcept;
};

// The key of equal requests; empty for a request that must not be shared.
[[nodiscard]] std::string key_of(const Exchange& request);

// Moves a flight on to where a redirect leads. False when the answer is none, or none is left.
// malformed_server_answer for one that must not be followed.
[[nodiscard]] Result<bool> follow(Flight& flight, const HttpResponse& response);

// The time that an answer asks its client to wait (RFC 9110 §10.2.3), when it says so in seconds.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after_of(const HttpResponse& response) noexcept;

}  // namespace rakkan::fetch
