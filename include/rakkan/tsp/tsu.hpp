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

// Whether a unit with that policy may give a token for the request at all: bad_request_version, unsupported_algorithm,
// bad_imprint_algorithm, unaccepted_policy, unaccepted_extension. The same request is rejected for it at any time.
[[nodiscard]] Result<void> accept_request(const TimestampRequest& request, const TsuPolicy& policy);

// A token on its way to the key: all of it but the signature. Only a Tsu makes one.
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
  Bytes content_;  // info_, encoded
  cms::SignedAttributes attributes_;
  bool embed_certificates_;
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

  // The line from a request to its token in three parts: whoever asks journals the token before the key is touched, and
  // uses the key on a thread of its own. All are thread-safe.
  // prepare: policy, clock, certificate (its validity and private key usage period at that time), serial number; it
  // touches no key. The error's row names the failInfo. sign blocks on the signer. complete: the token in DER, once the
  // signature verifies (self_check_failed).
  [[nodiscard]] Result<UnsignedToken> prepare(const TimestampRequest& request);
  [[nodiscard]] Result<Bytes> sign(const UnsignedToken& token);
  [[nodiscard]] Result<Bytes> complete(const UnsignedToken& token, ByteView signature) const;
  // The response that says why not: the title alone, since details of a failure inside are not the requester's
  // business.
  [[nodiscard]] static Bytes reject(const Error& why);

  [[nodiscard]] const pki::Certificate& certificate() const noexcept;
  // By which complete() verifies: for whoever makes its table.
  [[nodiscard]] const std::shared_ptr<crypto::SelfCheck>& self_check() const noexcept;
  // The largest token this unit makes for a request with certReq, in bytes: for the /Contents reserve.
  [[nodiscard]] std::size_t max_token_size() const noexcept;

  struct Impl;
  explicit Tsu(std::unique_ptr<Impl> impl) noexcept;
  ~Tsu();

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::tsp
