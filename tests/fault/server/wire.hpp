// Wire: one connection to a server on the loopback, plain or TLS, that sends exactly the bytes it is told and never
// waits longer than it is told. For attackers, who have many, and for those who measure. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "support/raw_http_client.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace rakkan::test {

// The behaviour of a TLS client: versions, suites, its own certificate. Shared by many connections.
class TlsManner {
 public:
  struct Choice {
    std::string suites12 = {};          // OpenSSL's names of TLS 1.2 suites; empty: its default
    int newest = 0;                     // TLS1_2_VERSION and so on; 0: all
    std::string certificate_file = {};  // PEM, with its key; empty: none is shown
    std::string key_file = {};
  };
  explicit TlsManner(const Choice& choice);
  TlsManner() : TlsManner(Choice{}) {}
  [[nodiscard]] ssl_ctx_st* context() const noexcept { return context_.get(); }

 private:
  std::shared_ptr<ssl_ctx_st> context_;
};

// The server to connect to, and the caller's own address: all of 127.0.0.0/8 is the loopback's, so that each caller can
// have one.
struct Peer {
  std::uint16_t port = 0;
  std::string from = "127.0.0.1";
  std::string to = "127.0.0.1";
  const TlsManner* tls = nullptr;  // outlives the connection
};

class Wire {
 public:
  using Clock = std::chrono::steady_clock;
  using Until = Clock::time_point;

  // A connection, with TLS after its handshake; nothing when that did not come about in time.
  [[nodiscard]] static std::optional<Wire> open(const Peer& peer, Until until = in(10'000));
  // A connection without a handshake, whatever `peer.tls` says.
  [[nodiscard]] static std::optional<Wire> open_silent(const Peer& peer, Until until = in(10'000));
  Wire(Wire&& other) noexcept;
  Wire& operator=(Wire&& other) noexcept;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() { end(); }

  static Until in(int milliseconds) { return Clock::now() + std::chrono::milliseconds(milliseconds); }

  // False when the server did not take all of it in time.
  bool send(std::string_view bytes, Until until = in(10'000));
  // Sends as much as goes now; false when the connection is over.
  bool send_some(std::string_view& bytes);
  // The next answer; `whole` is false when the connection ended or nothing came in time. 1xx answers are left out.
  [[nodiscard]] RawAnswer answer(Until until = in(10'000));
  [[nodiscard]] RawAnswer ask(std::string_view request, Until until = in(10'000));
  // line() returns the next line of a chunked answer's body whose head was read by head(); nothing at its end.
  [[nodiscard]] RawAnswer head(Until until = in(10'000));
  [[nodiscard]] std::optional<std::string> line(Until until = in(10'000));
  // Everything up to the end of the connection; nothing when that does not come in time.
  [[nodiscard]] std::optional<std::string> rest(Until until = in(10'000));
  // Whether the server has ended the connection; does not wait. Bytes that have arrived are kept.
  [[nodiscard]] bool is_over();
  // The same as is_over(), without reading anything.
  [[nodiscard]] bool is_gone() const;
  void half_close();
  void end() noexcept;

  [[nodiscard]] std::string tls_suite() const;
  [[nodiscard]] std::string tls_version() const;

 private:
  explicit Wire(int socket) noexcept : socket_(socket) {}
  bool shake_hands(const TlsManner& manner, Until until);
  // Waits until the socket is ready for these events.
  bool wait(short events, Until until) const;
  bool receive(Until until);
  bool read_exactly(std::string& to, std::size_t size, Until until);
  bool read_chunk(std::string& to, Until until);  // false at the last one and when nothing comes
  bool read_chunks(std::string& to, Until until);

  int socket_ = -1;
  ssl_st* ssl_ = nullptr;
  std::string buffer_;
  std::string text_;  // of the answer's body, out of its chunks
  bool ended_ = false;
  bool last_chunk_ = false;
};

}  // namespace rakkan::test
