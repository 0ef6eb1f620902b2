// Certificate is a parsed X.509 certificate (RFC 5280 §4.1). It owns its DER; all views point into it. Copies share the
// DER.
//
//   Certificate ::= SEQUENCE { tbsCertificate TBSCertificate, signatureAlgorithm AlgorithmIdentifier,
//        signatureValue BIT STRING }
//   TBSCertificate ::= SEQUENCE { version [0] EXPLICIT Version DEFAULT v1, serialNumber CertificateSerialNumber,
//        signature AlgorithmIdentifier, issuer Name, validity Validity, subject Name,
//        subjectPublicKeyInfo SubjectPublicKeyInfo, issuerUniqueID [1] IMPLICIT UniqueIdentifier OPTIONAL,
//        subjectUniqueID [2] IMPLICIT UniqueIdentifier OPTIONAL, extensions [3] EXPLICIT Extensions OPTIONAL }
//
// Parsing is not validating: a parsed member is well-formed DER, and says nothing about trust in the certificate.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/public_key.hpp"
#include "rakkan/crypto/verification_key.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/pki/name.hpp"
#include "rakkan/pki/path_extensions.hpp"

namespace rakkan::pki {

// The bits of keyUsage (RFC 5280 §4.2.1.3); the value is the bit number.
enum class KeyUsage : std::uint8_t {
  digital_signature = 0,
  content_commitment = 1,
  key_encipherment = 2,
  data_encipherment = 3,
  key_agreement = 4,
  key_cert_sign = 5,
  crl_sign = 6,
  encipher_only = 7,
  decipher_only = 8,
};

struct Validity {
  Instant not_before;
  Instant not_after;  // both inclusive
};

struct PrivateKeyUsagePeriod {  // RFC 3280 §4.2.1.4
  std::optional<Instant> not_before;
  std::optional<Instant> not_after;
};

struct BasicConstraints {
  bool is_ca = false;
  std::optional<std::uint64_t> path_length;
};

struct ExtendedKeyUsage {
  std::vector<der::Oid> purposes;
  bool critical = false;
};

struct Extension {
  der::Oid id;
  bool critical = false;
  ByteView value;  // content of extnValue
};

class Certificate {
 public:
  // Parses one DER certificate with nothing after it. Fails with malformed_certificate.
  [[nodiscard]] static Result<Certificate> parse(ByteView der);

  [[nodiscard]] ByteView der() const noexcept;
  [[nodiscard]] ByteView tbs() const noexcept;            // the signed part, complete element
  [[nodiscard]] unsigned version() const noexcept;        // 1, 2 or 3
  [[nodiscard]] ByteView serial_number() const noexcept;  // INTEGER content octets
  [[nodiscard]] const Name& issuer() const noexcept;
  [[nodiscard]] const Name& subject() const noexcept;
  [[nodiscard]] const Validity& validity() const noexcept;
  [[nodiscard]] ByteView spki() const noexcept;                 // complete SubjectPublicKeyInfo
  [[nodiscard]] ByteView signature_algorithm() const noexcept;  // complete AlgorithmIdentifier
  [[nodiscard]] ByteView signature() const noexcept;            // whole octets; else it verifies with no key
  [[nodiscard]] const std::vector<Extension>& extensions() const noexcept;
  [[nodiscard]] const Extension* find_extension(const der::Oid& id) const noexcept;  // null when absent
  // The critical extensions that are neither of RFC 5280 §4.2 nor read here: a user of the certificate must refuse it
  // unless it knows them (§4.2).
  [[nodiscard]] const std::vector<der::Oid>& unknown_critical_extensions() const noexcept;
  [[nodiscard]] bool has_key_usage(KeyUsage usage) const noexcept;  // true when the extension is absent
  [[nodiscard]] const std::optional<ExtendedKeyUsage>& extended_key_usage() const noexcept;
  [[nodiscard]] const std::optional<BasicConstraints>& basic_constraints() const noexcept;
  [[nodiscard]] const std::optional<PrivateKeyUsagePeriod>& private_key_usage_period() const noexcept;
  [[nodiscard]] std::optional<ByteView> subject_key_identifier() const noexcept;
  [[nodiscard]] std::optional<ByteView> authority_key_identifier() const noexcept;

  // The extensions that path validation reads, read at first use and kept; thread-safe. Fails with
  // malformed_certificate.
  [[nodiscard]] const Result<PathExtensions>& path_extensions() const;

  // True when issuer and subject have the same name (§7.1): the certificate of a root, or of a CA's new key signed with
  // its old one (RFC 5280 §6.1).
  [[nodiscard]] bool is_self_issued() const noexcept;

  // The key, made at first use and kept; thread-safe. Fails with unsupported_algorithm or malformed_certificate.
  [[nodiscard]] Result<crypto::PublicKey> public_key() const;
  // The key for verifying signatures of others, which may be of many more kinds; made at first use and kept,
  // thread-safe. Fails as above, also for a key that inherits its parameters.
  [[nodiscard]] const Result<crypto::VerificationKey>& verification_key() const;
  // Verifies the signature on this certificate with that key, of any algorithm that can be verified; names are not
  // looked at. Fails with signature_invalid or unsupported_algorithm.
  [[nodiscard]] Result<void> verify_signature_with(const crypto::VerificationKey& key) const;
  // Verifies that the signature on this certificate is by the key of `other`, and that the names chain, for the keys
  // and algorithms that Rakkan signs with. Fails with signature_invalid or unsupported_algorithm.
  [[nodiscard]] Result<void> verify_signed_by(const Certificate& other) const;
  // SHA-256 of the DER.
  [[nodiscard]] const crypto::Digest& fingerprint() const;

  friend bool operator==(const Certificate& a, const Certificate& b) noexcept { return equal(a.der(), b.der()); }

 private:
  struct Parsed;
  explicit Certificate(std::shared_ptr<const Parsed> parsed) noexcept : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

// Extended key purposes (RFC 5280 §4.2.1.12, RFC 9336).
inline constexpr der::Oid kEkuServerAuth{1, 3, 6, 1, 5, 5, 7, 3, 1};
inline constexpr der::Oid kEkuClientAuth{1, 3, 6, 1, 5, 5, 7, 3, 2};
inline constexpr der::Oid kEkuCodeSigning{1, 3, 6, 1, 5, 5, 7, 3, 3};
inline constexpr der::Oid kEkuEmailProtection{1, 3, 6, 1, 5, 5, 7, 3, 4};
inline constexpr der::Oid kEkuDocumentSigning{1, 3, 6, 1, 5, 5, 7, 3, 36};
inline constexpr der::Oid kEkuTimeStamping{1, 3, 6, 1, 5, 5, 7, 3, 8};
inline constexpr der::Oid kEkuOcspSigning{1, 3, 6, 1, 5, 5, 7, 3, 9};

// Parses certificates in PEM (RFC 7468), or one in DER. Fails with malformed_certificate, also when there is none at
// all.
[[nodiscard]] Result<std::vector<Certificate>> parse_certificates(ByteView pem_or_der);
[[nodiscard]] std::string to_pem(std::string_view label, ByteView der);

}  // namespace rakkan::pki
