// TsaClient asks an outside RFC 3161 authority over HTTP(S), on the loop of all exchanges.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "rakkan/async/deadline.hpp"
#include "rakkan/async/owner.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/fetch/credentials.hpp"
#include "rakkan/fetch/exchange.hpp"
#include "rakkan/fetch/rate_budget.hpp"
#include "rakkan/tsp/timestamp_request.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::fetch {

struct TsaOptions {
  std::string url;                            // http or https only
  std::chrono::milliseconds timeout{10'000};  // whole exchange
  std::chrono::milliseconds connect_timeout{3'000};
  std::size_t max_response = 64 * 1024;  // bytes
  std::string ca_file = {};              // PEM for https; empty: the system's
  bool accredited = false;               // the operator's mark: the authority is accredited
  std::uint64_t budget = 0;              // requests in a period; 0: no limit
  std::chrono::seconds budget_period{86'400};
  // Bytes to reserve for a token as long as none was seen: more than tokens with a chain of RSA-4096 certificates need
  // (5 to 9 KB).
  std::size_t token_size = 16 * 1024;
  CredentialFiles credentials = {};
};

// Reads a TimeStampResp (RFC 3161 §2.4.2) and returns its token, which must answer this request and whose signature
// must verify with the certificate that it includes. Fails with tsa_rejected, tsa_response_mismatch,
// malformed_timestamp_response.
[[nodiscard]] Result<tsp::TimestampToken> granted_token(ByteView response, const tsp::TimestampRequest& request);

class TsaClient {
 public:
  // Reads the files of credentials: permissions_unsafe, file_unreadable, configuration_invalid. `name` is the
  // profile's, for errors. Loop and random outlive the client.
  [[nodiscard]] static Result<std::unique_ptr<TsaClient>> create(TsaOptions options, std::string name,
                                                                 ExchangeLoop& loop, RandomSource& random);

  // Asks for a token over the digest: one request, one answer, no redirects. The request is repeated only when nothing
  // of it was sent. The token is checked against the request and its signature verified. `role` says in an error what
  // the token was for. Fails with tsa_unreachable, tsa_timeout (its own time or the deadline), tsa_response_too_large,
  // tsa_rejected, tsa_response_mismatch, malformed_timestamp_response, tsa_budget_spent, overloaded, shutting_down,
  // configuration_invalid. Thread-safe. The client outlives the task.
  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> timestamp(crypto::Digest digest, std::string role,
                                                                   async::Deadline deadline, async::Owner owner = {});

  [[nodiscard]] const TsaOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::optional<std::uint64_t> budget_left() const { return budget_.left(); }

 private:
  TsaClient(TsaOptions options, std::string name, std::shared_ptr<const Credentials> credentials, ExchangeLoop& loop,
            RandomSource& random);
  [[nodiscard]] Exchange exchange(Bytes query, const std::string& role) const;

  const TsaOptions options_;
  const std::string name_;
  const std::shared_ptr<const Credentials> credentials_;
  ExchangeLoop* loop_;
  RandomSource* random_;
  RateBudget budget_;
};

}  // namespace rakkan::fetch
