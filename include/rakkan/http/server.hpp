// Server listens, speaks HTTP/1.1 (RFC 9110, RFC 9112) and gives each request to its route. It has N I/O threads, each
// with an acceptor of its own; a connection lives on one of them. The threads share the address with each other
// (SO_REUSEPORT) and with no other server.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/async/byte_budget.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/http/observer.hpp"
#include "rakkan/http/options.hpp"
#include "rakkan/http/router.hpp"

namespace rakkan::http {

struct ServerOptions {
  ListenOptions listen;
  Limits limits;
  Timeouts timeouts;
  RateOptions key_rate;
  RateOptions address_rate;
  RateOptions failed_rate;
  std::vector<std::string> trusted_proxies;  // address ranges whose X-Forwarded-For is believed
  // Unix socket on which this process's own user and root are served as well, as local users (Request::local_user) and
  // under any load; empty: none.
  std::filesystem::path local_socket = {};
};

// The options of the API's listener, and of the one for metrics, which has no rates and few connections.
[[nodiscard]] ServerOptions api_listener(const Options& options);
[[nodiscard]] ServerOptions metrics_listener(const Options& options);

// The path of the Unix socket for the operator's commands on a data folder; empty: none is wanted.
[[nodiscard]] std::filesystem::path admin_socket(const Options& options, const std::filesystem::path& data_dir);
// Fails when Server::start would always refuse that path: configuration_invalid, with the option in `where`.
[[nodiscard]] Result<void> check_admin_socket(const std::filesystem::path& path);

// The errors with which Server::start would refuse these options, each with the option in `where` ("http.tls.key");
// looks at files and binds nothing. configuration_invalid, file_unreadable, permissions_unsafe.
[[nodiscard]] std::vector<Error> check(const Options& options);

// As many connections that were refused as they were taken an I/O thread keeps for a moment, so that their peers read
// why.
inline constexpr std::size_t kRefusedAtOnce = 16;

class Server {
 public:
  // Binds, loads the certificate and starts the threads. address_in_use: another program listens on the address,
  // whether it answers or not. configuration_invalid: text that is no address or no range; an address that is not this
  // machine's, or not a loopback address without TLS; certificate files that do not fit; a Unix socket that cannot be
  // made. `observer` and `random` outlive the server.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options, Router router, RandomSource& random,
                                                             Observer& observer);
  ~Server();  // drain()

  [[nodiscard]] std::uint16_t port() const noexcept;

  // Reads the certificate files again: connections from now on get the new ones. On failure the old ones stay.
  [[nodiscard]] Result<void> reload_tls();

  // Stops accepting, closes idle connections, waits for accepted requests within timeouts.drain, breaks off the rest
  // and joins. Handlers that still run are waited for: their deadlines bound that. Draining again is harmless; not to
  // be called from a handler.
  void drain() noexcept;
  [[nodiscard]] bool draining() const noexcept;

  // True when every I/O thread has run its loop within the last seconds.
  [[nodiscard]] bool alive() const noexcept;

  struct Load {
    std::uint64_t connections;  // open now
    std::uint64_t requests;     // since the start
    std::uint64_t refused;      // connections beyond a limit
    std::uint64_t exceptions;   // exceptions that reached a session
    std::uint64_t in_flight;    // bytes of bodies in memory
    std::uint64_t gave_way;     // silent connections closed for newer ones
    std::uint64_t kept;         // bytes of memory of finished documents, for the next ones
  };
  [[nodiscard]] Load load() const noexcept;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::http
