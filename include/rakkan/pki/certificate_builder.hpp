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

// An extension that the builders do not know, written as it is.
struct ExtensionTemplate {
  der::Oid id;
  bool critical = false;
  Bytes value;  // content of extnValue
};

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
  std::string ocsp_url;        // authorityInfoAccess with id-ad-ocsp, omitted when empty
  std::string ca_issuers_url;  // the same with id-ad-caIssuers
  bool ocsp_no_check = false;  // RFC 6960 §4.2.2.2.1
  std::optional<Bytes> authority_key_identifier;
  std::vector<ExtensionTemplate> other_extensions;
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
  std::optional<std::uint8_t> reason = {};      // RFC 5280 §5.3.1
  std::optional<Instant> invalidity_date = {};  // §5.3.2, cut to seconds
  std::optional<Name> certificate_issuer = {};  // §5.3.3, critical: in an indirect CRL
  std::vector<ExtensionTemplate> other_extensions = {};
};

// issuingDistributionPoint (RFC 5280 §5.2.5), critical.
struct CrlScope {
  std::string url = {};  // distributionPoint, omitted when empty
  bool only_contains_user_certificates = false;
  bool only_contains_ca_certificates = false;
  std::optional<std::uint16_t> only_some_reasons = {};  // ReasonFlags: bit n is the named bit n
  bool indirect_crl = false;
  bool only_contains_attribute_certificates = false;
};

struct CrlTemplate {
  Name issuer;
  Instant this_update;
  Instant next_update;
  std::uint64_t number = 0;
  std::vector<RevokedCertificate> revoked;
  Bytes authority_key_identifier;
  std::optional<std::uint64_t> base_number = {};  // makes a delta CRL (§5.2.4)
  std::optional<CrlScope> scope = {};
  std::string freshest_crl_url = {};  // §5.2.6, omitted when empty
  std::vector<ExtensionTemplate> other_extensions = {};
};
// Issues a CRL of version 2. Fails with invalid_argument when the template makes none, or with the errors of the
// signer.
[[nodiscard]] Result<Bytes> issue_crl(const CrlTemplate& content, const crypto::AlgorithmSuite& suite,
                                      crypto::Signer& issuer);

// Makes a certification request for the signer's own key, in DER.
//
//   CertificationRequestInfo ::= SEQUENCE { version INTEGER { v1(0) }, subject Name,
//        subjectPKInfo SubjectPublicKeyInfo, attributes [0] IMPLICIT Attributes }   (RFC 2986 §4.1)
[[nodiscard]] Result<Bytes> make_certification_request(const Name& subject, const crypto::AlgorithmSuite& suite,
                                                       crypto::Signer& key);

}  // namespace rakkan::pki
