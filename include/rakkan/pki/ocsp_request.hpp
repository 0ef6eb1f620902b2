// OcspRequest is an OCSPRequest (RFC 6960 §4.1.1) in the form of RFC 5019 §2.1.1: about one certificate, not signed.
// It owns its DER.
//
//   OCSPRequest ::= SEQUENCE { tbsRequest TBSRequest, optionalSignature [0] EXPLICIT Signature OPTIONAL }
//   TBSRequest ::= SEQUENCE { version [0] EXPLICIT Version DEFAULT v1, requestorName [1] EXPLICIT GeneralName OPTIONAL,
//        requestList SEQUENCE OF SEQUENCE { reqCert CertID, singleRequestExtensions [0] EXPLICIT Extensions OPTIONAL },
//        requestExtensions [2] EXPLICIT Extensions OPTIONAL }
#pragma once

#include <optional>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/ocsp_certificate_id.hpp"

namespace rakkan::pki {

class OcspRequest {
 public:
  // Asks about `certificate`, issued by `issuer`. A nonce has 1 to 32 octets (RFC 8954 §2.1) from the caller's source
  // of randomness; without one a responder may answer with a response that it made before. Fails with invalid_argument
  // or malformed_certificate.
  [[nodiscard]] static Result<OcspRequest> create(const Certificate& certificate, const Certificate& issuer,
                                                  std::optional<ByteView> nonce = std::nullopt,
                                                  OcspNameHash hash = OcspNameHash::sha1);
  // Reads a request, for responders: any number of certificates, a signature passed over. Fails with
  // malformed_ocsp_request, also for a critical extension, since none is read here.
  [[nodiscard]] static Result<OcspRequest> parse(ByteView der);

  [[nodiscard]] ByteView der() const noexcept { return der_; }
  [[nodiscard]] const std::vector<OcspCertificateId>& certificate_ids() const noexcept { return ids_; }
  [[nodiscard]] std::optional<ByteView> nonce() const noexcept { return nonce_; }  // its octets, 0 or more

  OcspRequest(OcspRequest&&) noexcept = default;  // the views stay: a vector that moves keeps its memory
  OcspRequest& operator=(OcspRequest&&) noexcept = default;
  OcspRequest(const OcspRequest&) = delete;
  OcspRequest& operator=(const OcspRequest&) = delete;
  ~OcspRequest() = default;

 private:
  explicit OcspRequest(Bytes der) noexcept : der_(std::move(der)) {}
  [[nodiscard]] Result<void> read();

  Bytes der_;
  std::vector<OcspCertificateId> ids_;
  std::optional<ByteView> nonce_;
};

}  // namespace rakkan::pki
