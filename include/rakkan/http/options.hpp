// Options of the HTTP server that an operator can set.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rakkan::http {

// Without certificate and key there is no TLS, and the server binds to loopback addresses only.
struct TlsOptions {
  std::filesystem::path certificate_file;  // PEM: the certificate, then the chain
  std::filesystem::path key_file;          // PEM, not readable by everybody
  std::filesystem::path client_ca_file;    // PEM; when set, callers need a certificate of one of its authorities

  [[nodiscard]] bool enabled() const noexcept { return !certificate_file.empty() || !key_file.empty(); }
};

struct ListenOptions {
  std::string address = "127.0.0.1";
  unsigned port = 8080;  // 0: one that is free
  unsigned threads = 1;  // I/O threads, an acceptor each
  TlsOptions tls;
};

struct Limits {
  // Connections of one listener. Near the limit the connection that has been silent for longest gives way to a new one;
  // when none is silent, a new one is answered with "overloaded" and closed.
  unsigned connections = 10'000;
  // Connections of one address (IPv6: one /64); 0: no limit. A trusted proxy's connections count for the addresses that
  // it forwards.
  unsigned address_connections = 1'000;
  std::uint64_t header = 16 * 1024;      // bytes: request line and fields
  unsigned header_fields = 100;          // lines
  std::uint64_t body = 64 * 1024;        // bytes of a body that is no document
  std::uint64_t in_flight = 1ULL << 30;  // bytes of all bodies together
  // Percent of in_flight that bodies of one tenant may take when no other tenant's take any; else the same share of the
  // bytes that the others leave. Callers without a key count as one tenant.
  unsigned tenant_share = 50;

  // Bytes of in_flight that are kept for bodies of at most `body` bytes, so that uploads cannot stand in their way.
  [[nodiscard]] constexpr std::uint64_t kept_for_small() const noexcept { return in_flight / 16; }
  // The longest body that one tenant can ever send.
  [[nodiscard]] constexpr std::uint64_t largest_body() const noexcept {
    return (in_flight - kept_for_small()) / 100 * tenant_share;
  }
  // Bytes of a multipart form around its JSON, of at most `body`, and its document.
  static constexpr std::uint64_t kForm = 64 * 1024;
  [[nodiscard]] constexpr std::uint64_t largest_document() const noexcept {
    return largest_body() - std::min(largest_body(), body + kForm);
  }
  // When work stands in the queues longer than this, more came than can be done: new requests are refused as
  // overloaded, so that the accepted ones are done in time. 0: no such limit.
  std::chrono::milliseconds queue_delay{10};
  std::uint64_t slowest_rate = 8 * 1024;  // bytes a second, of a body or an answer after its first seconds
};

struct Timeouts {
  std::chrono::milliseconds idle{75'000};    // a connection between requests
  std::chrono::milliseconds header{10'000};  // from a request's first byte to the end of its header
  std::chrono::milliseconds stall{10'000};   // no byte of a body or an answer moves
  // For a whole body or a whole answer, however large; only waiting for the caller counts.
  std::chrono::milliseconds transfer{15 * 60'000};
  // From a whole request to its answer; the service's own option. Prefer: wait (RFC 7240 §4.3) shortens it.
  std::chrono::milliseconds deadline{30'000};
  std::chrono::milliseconds notice{0};      // at the end: /readyz is red already, connections are still accepted
  std::chrono::milliseconds drain{30'000};  // after that: for the accepted requests
};

// RateOptions describe a token bucket. A rate of 0: no limit.
struct RateOptions {
  std::uint64_t per_second = 0;
  std::uint64_t burst = 100;  // requests at once after a pause
};

struct Options {
  ListenOptions listen;
  ListenOptions metrics{"127.0.0.1", 9464, 1, {}};
  Limits limits;
  Timeouts timeouts;
  RateOptions key_rate;      // of one API key
  RateOptions address_rate;  // of one address (IPv6: one /64), before its key is looked at
  // The rate of answers 401, for callers without a good key, to one address; beyond it they get 429. Callers that have
  // a good key, or need none, are neither counted nor refused, whatever others do from the same address.
  RateOptions failed_rate{1, 100};
  bool tsa_open = false;  // /tsa answers callers without a key
  // Address ranges of proxies whose X-Forwarded-For is believed.
  std::vector<std::string> trusted_proxies;
  // Unix socket for the operator's commands, "{data_dir}" at most at its start; empty: none.
  std::string admin_socket = "{data_dir}/rakkand.sock";
  std::chrono::seconds idempotency{24 * 3'600};  // how long an answer under an Idempotency-Key is kept
};

}  // namespace rakkan::http
