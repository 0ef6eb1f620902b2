// Tsu is a time-stamping unit (RFC 3161, RFC 5816, EN 319 422): one key, one certificate, one line from request to
// response.
#pragma once

#include <memory>
#include <vector>

#include "rakkan/crypto/signer.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/tsp/clock_gate.hpp"
#include "rakkan/tsp/serial_source.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::tsp {

struct TsuPolicy {
  der::Oid default_policy;
  std::vector<der::Oid> accepted_policies;  // beside the default
  std::vector<crypto::DigestAlgorithm> imprint_algorithms{
      crypto::DigestAlgorithm::sha256, crypto::DigestAlgorithm::sha384, crypto::DigestAlgorithm::sha512};
  Accuracy accuracy{1, 0, 0};  // more than the clock's error plus genTime's resolution of a millisecond
  bool include_tsa_name = false;
};

class Tsu {
 public:
  // Checks the certificate (EKU timeStamping alone and critical, key match): certificate_unsuitable,
  // key_certificate_mismatch.
  [[nodiscard]] static Result<std::shared_ptr<Tsu>> create(std::shared_ptr<crypto::Signer> signer,
                                                           const crypto::AlgorithmSuite& suite,
                                                           pki::Certificate certificate,
                                                           std::vector<pki::Certificate> chain, TsuPolicy policy,
                                                           std::shared_ptr<SerialSource> serials,
                                                           std::shared_ptr<ClockGate> clock);

  // A DER TimeStampReq to a DER TimeStampResp: always an answer, a rejection carries the failInfo of the one table. The
  // certificate's validity and private key usage period are checked for each token. Blocks on the signer; thread-safe.
  [[nodiscard]] Bytes respond(ByteView request);
  // The same for callers in process: the token, its signature verified, or the error whose row names the failInfo.
  [[nodiscard]] Result<TimestampToken> issue(const TimestampRequest& request);

  [[nodiscard]] const pki::Certificate& certificate() const noexcept;
  // The largest token this unit makes for a request with certReq, in bytes: for the /Contents reserve.
  [[nodiscard]] std::size_t max_token_size() const noexcept;

  struct Impl;
  explicit Tsu(std::unique_ptr<Impl> impl) noexcept;
  ~Tsu();

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::tsp
