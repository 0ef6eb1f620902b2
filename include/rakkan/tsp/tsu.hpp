// Tsu is a time-stamping unit (RFC 3161, RFC 5816, EN 319 422): one key, one certificate, one line from request to
// response.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/crypto/self_check.hpp"
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

// Checks whether a unit with that policy may give a token for the request at all: bad_request_version,
// unsupported_algorithm, bad_imprint_algorithm, unaccepted_policy, unaccepted_extension. A request that is rejected
// here is rejected at any time.
[[nodiscard]] Result<void> accept_request(const TimestampRequest& request, const TsuPolicy& policy);

// UnsignedToken is a token on its way to the key: everything but the signature. Only a Tsu makes one.
class UnsignedToken {
 public:
  [[nodiscard]] const TstInfo& info() const noexcept { return info_; }

 private:
  friend class Tsu;
  UnsignedToken(TstInfo info, Bytes content, cms::SignedAttributes attributes, bool embed_certificates)
      : info_(std::move(info)),
        content_(std::move(content)),
        attributes_(std::move(attributes)),
        embed_certificates_(embed_certificates) {}

  TstInfo info_;
  Bytes content_;  // the encoding of info_
  cms::SignedAttributes attributes_;
  bool embed_certificates_;
};

class Tsu {
 public:
  // Makes a unit and checks its certificate (extendedKeyUsage timeStamping alone and critical, key match):
  // certificate_unsuitable, key_certificate_mismatch.
  [[nodiscard]] static Result<std::shared_ptr<Tsu>> create(std::shared_ptr<crypto::Signer> signer,
                                                           const crypto::AlgorithmSuite& suite,
                                                           pki::Certificate certificate,
                                                           std::vector<pki::Certificate> chain, TsuPolicy policy,
                                                           std::shared_ptr<SerialSource> serials,
                                                           std::shared_ptr<ClockGate> clock);

  // The line from a request to its token has three parts, so that the caller can journal the token before the key is
  // touched and use the key on a thread of its own. All are thread-safe. prepare checks policy, clock, certificate (its
  // validity and private key usage period at that time) and whether TS 119 312 still accepts the algorithms
  // (algorithm_not_acceptable), and takes a serial number; it touches no key, and the row of its error names the
  // failInfo. sign blocks on the signer. complete returns the token in DER, once the signature verifies
  // (self_check_failed).
  [[nodiscard]] Result<UnsignedToken> prepare(const TimestampRequest& request);
  [[nodiscard]] Result<Bytes> sign(const UnsignedToken& token);
  [[nodiscard]] Result<Bytes> complete(const UnsignedToken& token, ByteView signature) const;
  // The response of a rejection. It has the error's title alone, since details of an internal failure are not for the
  // requester.
  [[nodiscard]] static Bytes reject(const Error& why);

  [[nodiscard]] const pki::Certificate& certificate() const noexcept;
  // The SelfCheck with which complete() verifies, for the code that has its table made.
  [[nodiscard]] const std::shared_ptr<crypto::SelfCheck>& self_check() const noexcept;
  // The size in bytes of the largest token that this unit makes for a request with certReq, for the reserve of
  // /Contents.
  [[nodiscard]] std::size_t max_token_size() const noexcept;

  struct Impl;
  explicit Tsu(std::unique_ptr<Impl> impl) noexcept;
  ~Tsu();

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::tsp
