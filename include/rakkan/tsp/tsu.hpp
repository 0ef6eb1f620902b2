// Tsu is a time-stamping unit (RFC 3161, RFC 5816, EN 319 422): one key, one certificate, one line from request to
// response.
#pragma once

#include <memory>
#include <vector>

#include "rakkan/base/time.hpp"
#include "rakkan/crypto/signer.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::tsp {

// Serial numbers that never repeat over restarts, crashes and clocks set back: the persisted part is the caller's
// promise.
class SerialSource {
 public:
  virtual ~SerialSource() = default;
  // A positive INTEGER of at most 20 content octets. Thread-safe. Fails with serial_unavailable.
  [[nodiscard]] virtual Result<Bytes> next() = 0;
};

// epoch (persisted by the caller before this is made, never used twice) ‖ counter ‖ random. Unique even if `random` is
// stuck.
[[nodiscard]] std::unique_ptr<SerialSource> make_epoch_serial_source(std::uint64_t epoch, RandomSource& random);

// May the TSU say what time it is? The gate answers with the time, or fails with time_not_available.
class ClockGate {
 public:
  virtual ~ClockGate() = default;
  [[nodiscard]] virtual Result<Instant> trusted_time() = 0;
};

struct TsuPolicy {
  der::Oid default_policy;
  std::vector<der::Oid> accepted_policies;  // beside the default
  std::vector<crypto::DigestAlgorithm> imprint_algorithms{
      crypto::DigestAlgorithm::sha256, crypto::DigestAlgorithm::sha384, crypto::DigestAlgorithm::sha512};
  Accuracy accuracy{1, 0, 0};
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
  // The same for callers in process: the token, verified, or the error.
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
