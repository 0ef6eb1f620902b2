// Builders of the structures that an authority or its customer signs: certificates (RFC 5280 §4), CRLs (§5) and
// certification requests (PKCS #10, RFC 2986). They encode; the given Signer signs. The development PKI and `rakkan
// credentials csr` use them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rakkan/crypto/signer.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {

struct CertificateTemplate {
  Bytes serial_number;  // big-endian magnitude, 1 to 20 octets
  Name issuer;
  Name subject;
  Validity validity;
  Bytes spki;  // the subject's key
  std::optional<BasicConstraints> basic_constraints;
  std::vector<KeyUsage> key_usage;  // critical when not empty
  std::optional<ExtendedKeyUsage> extended_key_usage;
  std::optional<PrivateKeyUsagePeriod> private_key_usage_period;
  std::vector<der::Oid> certificate_policies;
  std::string crl_url;         // cRLDistributionPoints, omitted when empty
  std::string ocsp_url;        // authorityInfoAccess, omitted when empty
  bool ocsp_no_check = false;  // RFC 6960 §4.2.2.2.1
  std::optional<Bytes> authority_key_identifier;
};

// The subjectKeyIdentifier of a key by the method of RFC 7093 §2 (1), which needs no SHA-1: the leftmost 160 bits of
// SHA-256 of the key. Fails with malformed_der.
[[nodiscard]] Result<Bytes> key_identifier(ByteView spki);
// Issues a certificate: encodes, signs, verifies with the signer's public key and parses again. Fails with
// invalid_argument when the template makes no certificate, with unsupported_algorithm, or with the signer's errors.
[[nodiscard]] Result<Certificate> issue_certificate(const CertificateTemplate& content,
                                                    const crypto::AlgorithmSuite& suite, crypto::Signer& issuer);

struct RevokedCertificate {
  Bytes serial_number;
  Instant revoked_at;
  std::optional<std::uint8_t> reason;  // RFC 5280 §5.3.1
};
struct CrlTemplate {
  Name issuer;
  Instant this_update;
  Instant next_update;
  std::uint64_t number = 0;
  std::vector<RevokedCertificate> revoked;
  Bytes authority_key_identifier;
};
[[nodiscard]] Result<Bytes> issue_crl(const CrlTemplate& content, const crypto::AlgorithmSuite& suite,
                                      crypto::Signer& issuer);

// Makes a certification request for the signer's own key, in DER.
//
//   CertificationRequestInfo ::= SEQUENCE { version INTEGER { v1(0) }, subject Name,
//        subjectPKInfo SubjectPublicKeyInfo, attributes [0] IMPLICIT Attributes }   (RFC 2986 §4.1)
[[nodiscard]] Result<Bytes> make_certification_request(const Name& subject, const crypto::AlgorithmSuite& suite,
                                                       crypto::Signer& key);

}  // namespace rakkan::pki
