// TsaClient asks an outside RFC 3161 authority over HTTP(S) by libcurl.
#pragma once

#include <chrono>
#include <string>

#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/tsp/timestamp_request.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::fetch {

struct TsaOptions {
  std::string url;                            // http or https only
  std::chrono::milliseconds timeout{10'000};  // whole exchange
  std::chrono::milliseconds connect_timeout{3'000};
  std::size_t max_response = 64 * 1024;  // bytes
  std::string ca_file;                   // PEM for https; empty: the system's
};

// Reads a TimeStampResp (RFC 3161 §2.4.2) and returns its token, which must answer this request and whose signature
// must verify with the certificate that it includes. Fails with tsa_rejected, tsa_response_mismatch,
// malformed_timestamp_response.
[[nodiscard]] Result<tsp::TimestampToken> granted_token(ByteView response, const tsp::TimestampRequest& request);

class TsaClient {
 public:
  TsaClient(TsaOptions options, RandomSource& random);
  // Asks for a token over the digest: one request, one answer, no redirects, proxy variables ignored. The token is
  // checked against the request and its signature verified. Fails with tsa_unreachable, tsa_timeout,
  // tsa_response_too_large, tsa_rejected, tsa_response_mismatch, malformed_timestamp_response. Blocks; thread-safe.
  [[nodiscard]] Result<tsp::TimestampToken> timestamp(const crypto::Digest& digest) const;

 private:
  TsaOptions options_;
  RandomSource* random_;
};

}  // namespace rakkan::fetch
