// ExchangeLoop exchanges requests and answers with other servers over HTTP(S): one thread for all of them, on which a
// libcurl multi handle works, so that an exchange that waits costs no thread. The rules of every exchange:
//
// - a time for the whole exchange and one for connecting, besides the deadline that its caller carries;
// - a limit for the answer's size, which stops reception;
// - limits of exchanges in flight, of one origin and of all; the turn goes to the owner with the fewest in flight, and
//   a full queue takes the newest exchange of the owner with the most away;
// - a circuit breaker for each origin;
// - redirects only where asked for, by hand, never from https to http, and never with credentials to another origin;
// - only public addresses, judged for each connection and each redirect, unless the origin is the operator's own;
// - no cookies, no proxy (the environment is not asked), TLS 1.2 or newer.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/async/deadline.hpp"
#include "rakkan/async/owner.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/fetch/credentials.hpp"
#include "rakkan/fetch/http_client.hpp"
#include "rakkan/fetch/name_resolver.hpp"
#include "rakkan/fetch/options.hpp"
#include "rakkan/fetch/origin.hpp"

namespace rakkan::fetch {

enum class ExchangeKind : std::uint8_t { timestamp, ocsp, crl, certificates };
[[nodiscard]] std::string_view name(ExchangeKind kind) noexcept;  // "timestamp", "ocsp", "crl", "certificates"

// ExchangePurpose says in an error on whose account a server was asked. Texts that the caller does not know are empty.
struct ExchangePurpose {
  ExchangeKind kind = ExchangeKind::timestamp;
  std::string role = {};     // "signer", "TSU of the signature timestamp", "responder"
  std::string subject = {};  // of the certificate that it is about
  std::string issuer = {};   // of that certificate
};
// The purpose in one printable line: "OCSP response for CN=A, issued by CN=B (signer)".
[[nodiscard]] std::string describe(const ExchangePurpose& purpose);

// Exchange is one request with the rules for its answer.
struct Exchange {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers = {};
  Bytes body = {};
  std::size_t max_response = 64 * 1024;  // bytes of the answer's body
  std::chrono::milliseconds timeout{10'000};
  std::chrono::milliseconds connect_timeout{3'000};
  std::string ca_file = {};                                  // PEM for https; empty: the system's
  std::shared_ptr<const Credentials> credentials = nullptr;  // shown to the URL's origin alone
  // The same request may be sent again, and equal requests in flight become one. Otherwise it is repeated only when
  // nothing of it was sent.
  bool idempotent = false;
  bool own_origin = false;     // the URL is the operator's own choice: its address need not be public
  unsigned max_redirects = 0;  // at most 3
  ExchangePurpose purpose = {};
};

using SharedResponse = std::shared_ptr<const HttpResponse>;  // one answer may belong to several callers

enum class BreakerState : std::uint8_t { closed, half_open, open };
[[nodiscard]] std::string_view name(BreakerState state) noexcept;

enum class Outcome : std::uint8_t { answered, failed, timed_out, refused, cancelled };
[[nodiscard]] std::string_view name(Outcome outcome) noexcept;

class ExchangeLoop {
 public:
  // configuration_invalid for an allowed origin that is none, resource_shortage when there is no thread or no memory.
  // Without a resolver the system's is asked.
  [[nodiscard]] static Result<std::unique_ptr<ExchangeLoop>> create(const Options& options,
                                                                    std::shared_ptr<NameResolver> resolver = nullptr);
  ~ExchangeLoop();  // stop()
  ExchangeLoop(const ExchangeLoop&) = delete;
  ExchangeLoop& operator=(const ExchangeLoop&) = delete;

  // Exchanges the request for an answer of any status (a redirect, too, once they are used up or not asked for), and
  // goes on where the caller was. Fails, naming purpose and URL, with
  //   server_unreachable      no name, no connection, no trust, broken off; the origin's breaker is open (retry_after)
  //   deadline_exceeded       the caller's deadline or the exchange's own time is over
  //   input_too_large         the answer
  //   outside_address_refused an address that is not public
  //   malformed_server_answer no HTTP; more redirects than allowed, or one from https to http or to another scheme
  //   overloaded              the queue is full, or the answers in flight take too much memory
  //   shutting_down           stop() was called
  //   configuration_invalid   the URL or the CA file; invalid_argument: a header field that is not one line
  // Thread-safe. The loop outlives the task.
  [[nodiscard]] async::Task<Result<SharedResponse>> exchange(Exchange request, async::Deadline deadline,
                                                             async::Owner owner = {});

  // Ends all exchanges with shutting_down, and takes no more. Repeatable.
  void stop() noexcept;

  struct Count {
    std::string origin;  // of the operator's own and allowed origins; "other" for all the rest
    ExchangeKind kind;
    Outcome outcome;
    std::uint64_t exchanges;
  };
  struct OriginLoad {
    std::string origin;  // as above; of "other" the worst state and the sum
    BreakerState breaker;
    std::size_t in_flight;
  };
  struct Load {
    std::size_t waiting = 0;
    std::size_t in_flight = 0;
    std::vector<Count> counts;  // since the start
    std::vector<OriginLoad> origins;
  };
  [[nodiscard]] Load load() const;

 private:
  struct Impl;
  explicit ExchangeLoop(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::fetch
