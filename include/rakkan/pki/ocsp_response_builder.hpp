// Builder of OCSP responses (RFC 6960 §4.2): it encodes, the given Signer signs. For the responder of the development
// PKI and for tests; Rakkan itself answers nobody about certificates.
#pragma once

#include <optional>
#include <vector>

#include "rakkan/crypto/signer.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_builder.hpp"
#include "rakkan/pki/ocsp_response.hpp"

namespace rakkan::pki {

struct SingleResponseTemplate {
  Bytes certificate_id;  // complete CertID, as encode_ocsp_certificate_id writes it or a request holds it
  OcspCertificateStatus status = OcspCertificateStatus::good;
  std::optional<Instant> revocation_time = {};  // exactly when revoked
  std::optional<CrlReason> reason = {};
  Instant this_update;
  std::optional<Instant> next_update = {};
  std::optional<Instant> archive_cutoff = {};
  std::optional<crypto::Digest> cert_hash = {};
  std::vector<ExtensionTemplate> other_extensions = {};
};

enum class ResponderIdForm : std::uint8_t { by_name, by_key };

struct OcspResponseTemplate {
  ResponderIdForm responder_id = ResponderIdForm::by_key;
  std::vector<Certificate> certificates = {};  // to embed: the responder's, where it is not the CA itself
  Instant produced_at;
  std::vector<SingleResponseTemplate> responses;
  std::optional<Bytes> nonce = {};  // that of the request
  std::vector<ExtensionTemplate> other_extensions = {};
};

// Issues an OCSPResponse, signed with the key of `responder`, whose certificate names it. Times are cut to seconds.
// Fails with invalid_argument when the template makes no response, or with the errors of the signer.
[[nodiscard]] Result<Bytes> issue_ocsp_response(const OcspResponseTemplate& content, const Certificate& responder,
                                                const crypto::AlgorithmSuite& suite, crypto::Signer& signer);

// An OCSPResponse that is an error message (§4.2.1): any status but successful.
[[nodiscard]] Bytes ocsp_error_response(OcspResponseStatus status);

}  // namespace rakkan::pki
