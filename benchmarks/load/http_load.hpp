// Load over HTTP/1.1 with keep-alive, from one thread: closed loop (so many requests in flight) and open loop (so many
// arrivals a second, whatever the server does; latency counts from the moment a request was due, so that a stalled
// server does not hide its stall).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rakkan::bench {

// A whole request, ready for the wire: head and what follows it. `body` may be shared by many.
struct WireRequest {
  std::string head;  // request line, headers, and the first bytes of the body
  std::shared_ptr<const std::string> body;
  std::string tail;
};

struct LoadResult {
  double seconds = 0;
  std::size_t accepted = 0;    // 2xx
  std::size_t refused = 0;     // 429 and 503
  std::size_t failed = 0;      // any other answer, or a connection that broke
  std::size_t late = 0;        // open loop: due, but never sent before the end
  unsigned first_failure = 0;  // its status; 0: the connection broke
  std::string first_failure_body;
  std::vector<double> accepted_ms;
  std::vector<double> refused_ms;

  [[nodiscard]] double rate() const { return seconds > 0 ? static_cast<double>(accepted) / seconds : 0; }
};

// The value that `share` (0 to 1) of the samples do not exceed; 0 without samples.
[[nodiscard]] double percentile(std::vector<double> samples, double share);

struct Target {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
};

// `in_flight` connections, each sending the next request as soon as it has its answer.
[[nodiscard]] LoadResult closed_loop(const Target& target, const std::vector<WireRequest>& requests, unsigned in_flight,
                                     std::chrono::milliseconds time);

// `rate` arrivals a second at even distances, over at most `connections` connections.
[[nodiscard]] LoadResult open_loop(const Target& target, const std::vector<WireRequest>& requests, double rate,
                                   std::chrono::milliseconds time, unsigned connections);

// Each request once, all at once, a connection each.
[[nodiscard]] LoadResult all_at_once(const Target& target, const std::vector<WireRequest>& requests);

}  // namespace rakkan::bench
