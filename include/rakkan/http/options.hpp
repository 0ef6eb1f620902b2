// What an operator can set about the HTTP server.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rakkan::http {

// Both files empty: no TLS, and then the server binds to loopback addresses only.
struct TlsOptions {
  std::filesystem::path certificate_file;  // PEM: the certificate, then the chain
  std::filesystem::path key_file;          // PEM, not readable by everybody
  std::filesystem::path client_ca_file;    // PEM; set: callers must present a certificate of one of these

  [[nodiscard]] bool enabled() const noexcept { return !certificate_file.empty() || !key_file.empty(); }
};

struct ListenOptions {
  std::string address = "127.0.0.1";
  unsigned port = 8080;  // 0: one that is free
  unsigned threads = 1;  // I/O threads, an acceptor each
  TlsOptions tls;
};

struct Limits {
  // Of one listener. Near it the connection that has been silent for longest gives way to a new one; when none is
  // silent one more is told "overloaded" and closed.
  unsigned connections = 10'000;
  // Of one address (IPv6: one /64); 0: no limit. A trusted proxy's count by what they forward.
  unsigned address_connections = 1'000;
  std::uint64_t header = 16 * 1024;      // bytes: request line and fields
  unsigned header_fields = 100;          // lines
  std::uint64_t body = 64 * 1024;        // bytes of a body that is no document
  std::uint64_t in_flight = 1ULL << 30;  // bytes of all bodies together
  // Percent of in_flight that bodies of one tenant may take when nobody else's take any; when others' do, the same
  // share of what they leave. Callers without a key count as one tenant.
  unsigned tenant_share = 50;

  // Of in_flight, kept for bodies of at most `body` bytes: uploads cannot stand in the way of those.
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
  // Work that stands in queues longer than this is more than can be done: what comes then is refused as overloaded, so
  // that what was taken on is done in time. 0: no such limit.
  std::chrono::milliseconds queue_delay{10};
  std::uint64_t slowest_rate = 8 * 1024;  // bytes a second, of a body or an answer after its first seconds
};

struct Timeouts {
  std::chrono::milliseconds idle{75'000};    // a connection between requests
  std::chrono::milliseconds header{10'000};  // from a request's first byte to the end of its header
  std::chrono::milliseconds stall{10'000};   // no byte of a body or an answer moves
  // For a whole body or a whole answer, however large: the caller's part of the time.
  std::chrono::milliseconds transfer{15 * 60'000};
  // From a whole request to its answer; the service's own option. Prefer: wait (RFC 7240 §4.3) shortens it.
  std::chrono::milliseconds deadline{30'000};
  std::chrono::milliseconds notice{0};      // at the end: /readyz is red already, connections are still taken
  std::chrono::milliseconds drain{30'000};  // then: for what was accepted
};

// Token buckets. A rate of 0: no limit.
struct RateOptions {
  std::uint64_t per_second = 0;
  std::uint64_t burst = 100;  // at once, after a pause
};

struct Options {
  ListenOptions listen;
  ListenOptions metrics{"127.0.0.1", 9464, 1, {}};
  Limits limits;
  Timeouts timeouts;
  RateOptions key_rate;      // of one API key
  RateOptions address_rate;  // of one address (IPv6: one /64), before its key is looked at
  // Of one address: answers 401, which a caller without a good key gets. Those beyond it are 429. Whoever has a good
  // key, or needs none, is not counted and not refused, whatever others do from the same address.
  RateOptions failed_rate{1, 100};
  bool tsa_open = false;  // /tsa answers callers without a key
  // Address ranges of proxies whose X-Forwarded-For is believed.
  std::vector<std::string> trusted_proxies;
  // Unix socket for the operator's commands, "{data_dir}" at most at its start; empty: none.
  std::string admin_socket = "{data_dir}/rakkand.sock";
  std::chrono::seconds idempotency{24 * 3'600};  // how long an answer under an Idempotency-Key is kept
};

}  // namespace rakkan::http
