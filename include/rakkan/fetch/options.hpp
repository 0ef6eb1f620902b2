// Options of requests to other servers that an operator can set. Every default works.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rakkan::fetch {

struct Options {
  unsigned in_flight = 64;                 // exchanges at the same time, at least 1
  unsigned in_flight_an_origin = 16;       // of them, with one origin
  std::size_t waiting = 1'024;             // exchanges that may wait for their turn; more are refused
  std::uint64_t receiving = 256ULL << 20;  // bytes of all answers that are being received at the same time
  // The breaker of an origin opens after so many failures one after another, for `breaker_first`, doubled at each
  // failed probe up to `breaker_last`.
  unsigned breaker_failures = 5;
  std::chrono::milliseconds breaker_first{5'000};
  std::chrono::milliseconds breaker_last{120'000};
  unsigned attempts = 3;                       // of an exchange that may be repeated
  std::chrono::milliseconds retry_pause{100};  // before the second attempt at most, doubled before the third and so on
  std::chrono::milliseconds name_lifetime{30'000};  // the addresses of a name are looked up again after that
  // Exact origins ("http://10.0.0.5:8080") that may be asked although their addresses are not public.
  std::vector<std::string> allowed_origins;

  // Of revocation data and certificates:
  std::chrono::milliseconds timeout{10'000};  // whole exchange, with redirects and further attempts
  std::chrono::milliseconds connect_timeout{3'000};
  std::string ca_file;                      // PEM for https; empty: the system's
  std::uint64_t ocsp_response = 64 * 1024;  // bytes
  std::uint64_t crl = 64ULL << 20;          // bytes
  std::uint64_t certificates = 256 * 1024;  // bytes
};

}  // namespace rakkan::fetch
