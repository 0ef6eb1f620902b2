// StatusAuthority answers for an authority about the certificates that it issued: CRLs (RFC 5280 §5) and OCSP responses
// (RFC 6960), each made when it is asked for. For the development PKI and for tests; Rakkan itself answers nobody about
// certificates. Thread-safe, as far as the signers are.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/signer.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_list.hpp"

namespace rakkan::certs {

struct CertifiedKey {
  pki::Certificate certificate;
  std::shared_ptr<crypto::Signer> key;
};

struct StatusLifetimes {  // from thisUpdate to nextUpdate
  std::chrono::seconds crl{24 * 3'600};
  std::chrono::seconds ocsp{3'600};
};

class StatusAuthority {
 public:
  // `responder`: a certificate of the authority for OCSP (§4.2.2.2), which signs the responses; nothing: the authority,
  // which is a root.
  StatusAuthority(CertifiedKey authority, std::optional<CertifiedKey> responder, StatusLifetimes lifetimes = {});

  void issued(pki::Certificate certificate);
  // The certificate with that serial number is revoked from `at` on; later answers say so.
  void revoke(ByteView serial_number, Instant at, pki::CrlReason reason);

  // A CRL, DER, issued at `now`. The signer's errors.
  [[nodiscard]] Result<Bytes> crl(Instant now);
  // Answers an OCSPRequest in DER: good, revoked, or unknown about certificates of this authority that it did not
  // issue, with the request's nonce; an error message about anything else (malformedRequest; unauthorized: another
  // authority's certificates). The signer's errors.
  [[nodiscard]] Result<Bytes> ocsp(ByteView request, Instant now);

 private:
  struct Revocation {
    Bytes serial_number;
    Instant at;
    pki::CrlReason reason;
  };

  const CertifiedKey authority_;
  const std::optional<CertifiedKey> responder_;
  const StatusLifetimes lifetimes_;
  std::mutex mutex_;
  std::vector<pki::Certificate> issued_;
  std::vector<Revocation> revoked_;
  std::uint64_t crl_number_ = 0;
};

}  // namespace rakkan::certs
