// OcspResponse is a parsed BasicOCSPResponse (RFC 6960 §4.2.1), in its OCSPResponse or bare. It owns its DER; all views
// point into it. Copies share it. Immutable and shareable between threads.
//
//   OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] EXPLICIT SEQUENCE {
//        responseType OBJECT IDENTIFIER, response OCTET STRING } OPTIONAL }
//   BasicOCSPResponse ::= SEQUENCE { tbsResponseData ResponseData, signatureAlgorithm AlgorithmIdentifier,
//        signature BIT STRING, certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
//   ResponseData ::= SEQUENCE { version [0] EXPLICIT Version DEFAULT v1, responderID ResponderID,
//        producedAt GeneralizedTime, responses SEQUENCE OF SingleResponse, responseExtensions [1] EXPLICIT Extensions
//        OPTIONAL }
//   ResponderID ::= CHOICE { byName [1] EXPLICIT Name, byKey [2] EXPLICIT KeyHash }
//   SingleResponse ::= SEQUENCE { certID CertID, certStatus CertStatus, thisUpdate GeneralizedTime,
//        nextUpdate [0] EXPLICIT GeneralizedTime OPTIONAL, singleExtensions [1] EXPLICIT Extensions OPTIONAL }
//   CertStatus ::= CHOICE { good [0] IMPLICIT NULL, revoked [1] IMPLICIT SEQUENCE { revocationTime GeneralizedTime,
//        revocationReason [0] EXPLICIT CRLReason OPTIONAL }, unknown [2] IMPLICIT NULL }
//
// Parsing is not verifying: find_responder() says by whom a response was signed, and whether the signer may.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/name.hpp"
#include "rakkan/pki/ocsp_certificate_id.hpp"

namespace rakkan::pki {

// OCSPResponseStatus (RFC 6960 §4.2.1); the value is the encoded one.
enum class OcspResponseStatus : std::uint8_t {
  successful = 0,
  malformed_request = 1,
  internal_error = 2,
  try_later = 3,
  sig_required = 5,
  unauthorized = 6,
};
[[nodiscard]] std::string_view name(OcspResponseStatus status) noexcept;  // the standard's spelling: "tryLater"

enum class OcspCertificateStatus : std::uint8_t { good, revoked, unknown };

// certHash (Common PKI part 4): the responder's hash of the certificate, which proves that it knows it.
struct OcspCertHash {
  der::Oid algorithm;
  ByteView value;
};
enum class OcspCertHashMatch : std::uint8_t {
  absent,
  match,
  mismatch,
  not_comparable,  // the hash is none of crypto::DigestAlgorithm
};

struct SingleResponse {
  OcspCertificateId certificate_id;
  OcspCertificateStatus status{};
  std::optional<Instant> revocation_time;  // exactly when revoked
  std::optional<CrlReason> reason;         // absent means unspecified
  Instant this_update;
  std::optional<Instant> next_update;
  std::vector<Extension> extensions;
  std::optional<Instant> archive_cutoff;  // §4.4.4
  std::optional<OcspCertHash> cert_hash;
  std::optional<der::Oid> unknown_critical_extension;  // the first one

  [[nodiscard]] OcspCertHashMatch match_cert_hash(const Certificate& certificate) const;
};

// ResponderID: exactly one of the two.
struct OcspResponderId {
  std::optional<Name> name;
  ByteView key_hash;  // SHA-1 of the key (KeyHash); empty when the name is used
};

class OcspResponse {
 public:
  // Parses one OCSPResponse or one BasicOCSPResponse, told by their content, with nothing after it. Fails with
  // malformed_ocsp_response and the offset, with ocsp_unsuccessful and the responseStatus when it is an error message,
  // or with revocation_unsupported when responseType is not id-pkix-ocsp-basic.
  [[nodiscard]] static Result<OcspResponse> parse(ByteView der);

  [[nodiscard]] ByteView der() const noexcept;             // as it was given
  [[nodiscard]] ByteView basic_response() const noexcept;  // complete BasicOCSPResponse
  [[nodiscard]] bool is_bare() const noexcept;             // true when der() is the BasicOCSPResponse
  // The OCSPResponse, as the DSS of a PDF holds it (ETSI EN 319 142-1 §5.4.2.2): der(), or a bare response wrapped.
  [[nodiscard]] Bytes response_der() const;

  [[nodiscard]] const OcspResponderId& responder_id() const noexcept;
  [[nodiscard]] Instant produced_at() const noexcept;
  [[nodiscard]] const std::vector<SingleResponse>& responses() const noexcept;
  [[nodiscard]] const std::vector<Extension>& extensions() const noexcept;
  [[nodiscard]] std::optional<ByteView> nonce() const noexcept;  // its octets
  // The first critical responseExtension that is not read here (RFC 6960 §4.4: it has to be refused).
  [[nodiscard]] const std::optional<der::Oid>& unknown_critical_extension() const noexcept;
  [[nodiscard]] ByteView tbs() const noexcept;                  // ResponseData, complete element
  [[nodiscard]] ByteView signature_algorithm() const noexcept;  // complete AlgorithmIdentifier
  [[nodiscard]] ByteView signature() const noexcept;
  [[nodiscard]] const std::vector<ByteView>& certificates() const noexcept;  // complete encodings, in their order
  [[nodiscard]] crypto::Digest fingerprint() const;                          // SHA-256 of der()

  // The response about `certificate`, issued by `issuer`; of several the newest by thisUpdate, and of those a
  // revocation. Null when there is none.
  [[nodiscard]] const SingleResponse* find(const Certificate& certificate, const Certificate& issuer) const;

  // True when responderID names the certificate's subject or key.
  [[nodiscard]] bool names_responder(const Certificate& certificate) const;
  // Verifies that `responder`'s key made the signature. Fails with signature_invalid or unsupported_algorithm. Whether
  // `responder` may sign is authorize_responder()'s question.
  [[nodiscard]] Result<void> verify_signature(const Certificate& responder) const;
  // Checks the response against the nonce of its request: a response without one is accepted, since many responders
  // answer with responses made before (RFC 5019 §4); another one fails with ocsp_nonce_mismatch.
  [[nodiscard]] Result<void> check_nonce(ByteView sent) const;

  friend bool operator==(const OcspResponse& a, const OcspResponse& b) noexcept { return equal(a.der(), b.der()); }

 private:
  struct Parsed;
  explicit OcspResponse(std::shared_ptr<const Parsed> parsed) noexcept : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

// OcspAuthorization says by which right a responder signs (RFC 6960 §4.2.2.2).
enum class OcspAuthorization : std::uint8_t {
  issuer,     // it is the CA that issued the certificate in question: the same name and key
  delegated,  // that CA issued its certificate, with the key purpose id-kp-OCSPSigning
};

// Decides whether `responder` may sign responses about certificates of `issuer`. `produced_at` has to lie in the
// validity of a delegated certificate. Fails with revocation_signer_unauthorized and the reason in the detail, or with
// unsupported_algorithm. Whether the responder's certificate was revoked is the caller's question, unless it has
// id-pkix-ocsp-nocheck.
[[nodiscard]] Result<OcspAuthorization> authorize_responder(const Certificate& responder, const Certificate& issuer,
                                                            Instant produced_at);

struct OcspResponder {
  Certificate certificate;
  OcspAuthorization authorization{};
  bool no_check = false;  // id-pkix-ocsp-nocheck (§4.2.2.2.1): its own revocation is not asked
};

// Finds the signer of a response about certificates of `issuer`: the issuer itself, or one of the certificates in the
// response or in `others` that responderID names, that is authorized and whose key verifies the signature. Certificates
// in the response that are none are passed over. Fails with ocsp_responder_unknown when responderID names none of them;
// else with the failure of the one that came furthest: revocation_signer_unauthorized, signature_invalid or
// unsupported_algorithm.
[[nodiscard]] Result<OcspResponder> find_responder(const OcspResponse& response, const Certificate& issuer,
                                                   std::span<const Certificate> others = {});

}  // namespace rakkan::pki
