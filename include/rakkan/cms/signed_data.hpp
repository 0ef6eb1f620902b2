// SignedData is a parsed CMS ContentInfo of type id-signedData (RFC 5652 §5). It owns its DER; views point into it. It
// reads strict DER only; message.hpp reads for validation what others send.
//
//   SignedData ::= SEQUENCE { version CMSVersion, digestAlgorithms DigestAlgorithmIdentifiers,
//        encapContentInfo EncapsulatedContentInfo, certificates [0] IMPLICIT CertificateSet OPTIONAL,
//        crls [1] IMPLICIT RevocationInfoChoices OPTIONAL, signerInfos SET OF SignerInfo }
//   SignerInfo ::= SEQUENCE { version CMSVersion, sid SignerIdentifier, digestAlgorithm DigestAlgorithmIdentifier,
//        signedAttrs [0] IMPLICIT SignedAttributes OPTIONAL, signatureAlgorithm SignatureAlgorithmIdentifier,
//        signature OCTET STRING, unsignedAttrs [1] IMPLICIT UnsignedAttributes OPTIONAL }
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::cms {

struct Attribute {
  der::Oid type;
  std::vector<ByteView> values;  // complete encodings
  ByteView encoding = {};        // of the Attribute itself
};

struct SignerInfo {
  // Exactly one of the two kinds of SignerIdentifier is set.
  ByteView issuer;         // Name, complete encoding
  ByteView serial_number;  // INTEGER content octets
  ByteView subject_key_identifier;
  crypto::DigestAlgorithm digest_algorithm{};
  ByteView signature_algorithm;        // complete AlgorithmIdentifier
  ByteView signed_attributes_content;  // content of the SET OF, without its [0] header
  std::vector<Attribute> signed_attributes;
  std::vector<Attribute> unsigned_attributes;
  ByteView signature;

  // The value of the attribute of that type, if there is exactly one such attribute with exactly one value; else
  // nothing.
  [[nodiscard]] std::optional<ByteView> signed_attribute(const der::Oid& type) const noexcept;
  [[nodiscard]] std::optional<ByteView> unsigned_attribute(const der::Oid& type) const noexcept;
};

class SignedData {
 public:
  // Reads one ContentInfo; bytes after it are refused unless `allow_trailing_zeros` is set (for a PDF's padded
  // /Contents) and all of them are zero. Fails with malformed_cms, or unsupported_algorithm for a digest algorithm that
  // the table of suites does not have.
  [[nodiscard]] static Result<SignedData> parse(ByteView der, bool allow_trailing_zeros = false);

  [[nodiscard]] ByteView der() const noexcept;  // without padding
  [[nodiscard]] const der::Oid& content_type() const noexcept;
  [[nodiscard]] std::optional<ByteView> content() const noexcept;            // eContent octets
  [[nodiscard]] const std::vector<ByteView>& certificates() const noexcept;  // complete encodings
  // RevocationInfoChoice of crls, complete encodings that nothing but the tag is known of: embedded_evidence.hpp.
  [[nodiscard]] const std::vector<ByteView>& revocation_choices() const noexcept;
  [[nodiscard]] const std::vector<SignerInfo>& signer_infos() const noexcept;

 private:
  struct Parsed;
  explicit SignedData(std::shared_ptr<const Parsed> parsed) noexcept : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

// The embedded certificates that can be read, in their order.
[[nodiscard]] std::vector<pki::Certificate> readable_certificates(const SignedData& data);

// CertificateBinding says which fields must name the signer's certificate.
enum class CertificateBinding : std::uint8_t {
  signing_certificate_v2,  // the signed attribute (RFC 5035), as CAdES, PAdES and RFC 5816 demand, and the identifier
  signer_identifier,       // the identifier (RFC 5652), and the attribute only where it is present
};

// Finds the embedded certificate that the SignerInfo's identifier and its signingCertificateV2 both name; its position
// does not matter. Fails with signature_invalid, malformed_cms or unsupported_algorithm (the attribute), or
// malformed_certificate (the certificate).
[[nodiscard]] Result<pki::Certificate> find_signer_certificate(
    const SignedData& data, const SignerInfo& signer,
    CertificateBinding binding = CertificateBinding::signing_certificate_v2);

// Verifies one SignerInfo cryptographically by RFC 5652 §5.6: contentType, messageDigest over `content_digest`,
// signingCertificateV2 naming `certificate`, cmsAlgorithmProtection where present, and the signature value. Neither a
// certification path nor a policy is looked at. Fails with digest_mismatch or signature_invalid.
[[nodiscard]] Result<void> verify_signer_info(const SignedData& data, const SignerInfo& signer,
                                              const crypto::Digest& content_digest, const pki::Certificate& certificate,
                                              CertificateBinding binding = CertificateBinding::signing_certificate_v2);

}  // namespace rakkan::cms
