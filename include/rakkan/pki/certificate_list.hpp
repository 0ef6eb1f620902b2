// CertificateList is a parsed certificate revocation list (RFC 5280 §5.1), of version 1 or 2. It owns its DER and keeps
// nothing else that grows with it: entries are read where they stand, so that a list of 60 MB takes 60 MB. All views
// point into the DER. Copies share it. Immutable and shareable between threads.
//
//   CertificateList ::= SEQUENCE { tbsCertList TBSCertList, signatureAlgorithm AlgorithmIdentifier,
//        signatureValue BIT STRING }
//   TBSCertList ::= SEQUENCE { version Version OPTIONAL, signature AlgorithmIdentifier, issuer Name, thisUpdate Time,
//        nextUpdate Time OPTIONAL, revokedCertificates SEQUENCE OF SEQUENCE { userCertificate CertificateSerialNumber,
//        revocationDate Time, crlEntryExtensions Extensions OPTIONAL } OPTIONAL,
//        crlExtensions [0] EXPLICIT Extensions OPTIONAL }
//
// Parsing is not verifying: a parsed list is well-formed DER, every entry included, and says nothing about its issuer.
// Delta, indirect and partitioned lists are parsed whole; limit() tells them from complete ones.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/distribution_point.hpp"
#include "rakkan/pki/name.hpp"

namespace rakkan::pki {

// CRLReason (RFC 5280 §5.3.1); the value is the encoded one.
enum class CrlReason : std::uint8_t {
  unspecified = 0,
  key_compromise = 1,
  ca_compromise = 2,
  affiliation_changed = 3,
  superseded = 4,
  cessation_of_operation = 5,
  certificate_hold = 6,
  remove_from_crl = 8,
  privilege_withdrawn = 9,
  aa_compromise = 10,
};
[[nodiscard]] std::string_view name(CrlReason reason) noexcept;  // the standard's spelling: "keyCompromise"
// Nothing for a value that RFC 5280 does not define.
[[nodiscard]] std::optional<CrlReason> crl_reason_from_value(std::uint64_t value) noexcept;

// IssuingDistributionPoint (RFC 5280 §5.2.5): the certificates and reasons that a list is about.
//
//   IssuingDistributionPoint ::= SEQUENCE { distributionPoint [0] DistributionPointName OPTIONAL,
//        onlyContainsUserCerts [1] BOOLEAN DEFAULT FALSE, onlyContainsCACerts [2] BOOLEAN DEFAULT FALSE,
//        onlySomeReasons [3] ReasonFlags OPTIONAL, indirectCRL [4] BOOLEAN DEFAULT FALSE,
//        onlyContainsAttributeCerts [5] BOOLEAN DEFAULT FALSE }
struct IssuingDistributionPoint {
  std::optional<DistributionPointName> distribution_point;
  bool only_contains_user_certificates = false;
  bool only_contains_ca_certificates = false;
  std::optional<ReasonFlags> only_some_reasons;
  bool indirect_crl = false;
  bool only_contains_attribute_certificates = false;
};

struct CrlEntry {
  ByteView serial_number;  // INTEGER content octets
  Instant revocation_date;
  std::optional<CrlReason> reason;         // §5.3.1; absent means unspecified
  std::optional<Instant> invalidity_date;  // §5.3.2
  // §5.3.3: the certificate's issuer where the entry or one before it names another than the list's.
  std::optional<Name> certificate_issuer;
};

// CrlLimit says why a list alone does not tell the state of every certificate of its issuer.
enum class CrlLimit : std::uint8_t {
  delta,               // deltaCRLIndicator: only the changes since another list (§5.2.4)
  indirect,            // entries may be about certificates of other issuers (§5.2.5, §5.3.3)
  partitioned,         // issuingDistributionPoint: only some certificates, or only some reasons (§5.2.5)
  critical_extension,  // an unknown critical extension of the list or of any entry (§5.2, §5.3): the list is not used
};

class CertificateList {
 public:
  // Parses one DER CertificateList with nothing after it, in one pass over its entries. Fails with malformed_crl and
  // the offset, or with input_too_large beyond 4 GiB.
  [[nodiscard]] static Result<CertificateList> parse(Bytes der);

  [[nodiscard]] ByteView der() const noexcept;
  [[nodiscard]] ByteView tbs() const noexcept;      // the signed part, complete element
  [[nodiscard]] unsigned version() const noexcept;  // 1 or 2
  [[nodiscard]] const Name& issuer() const noexcept;
  [[nodiscard]] Instant this_update() const noexcept;
  [[nodiscard]] std::optional<Instant> next_update() const noexcept;
  [[nodiscard]] ByteView signature_algorithm() const noexcept;  // complete AlgorithmIdentifier
  // Empty when the BIT STRING is not of whole octets: then it verifies with no key, as a signature of no algorithm.
  [[nodiscard]] ByteView signature() const noexcept;
  [[nodiscard]] const std::vector<Extension>& extensions() const noexcept;
  [[nodiscard]] std::optional<ByteView> crl_number() const noexcept;       // magnitude, at most 20 octets (§5.2.3)
  [[nodiscard]] std::optional<ByteView> base_crl_number() const noexcept;  // of a delta CRL: its base (§5.2.4)
  [[nodiscard]] std::optional<ByteView> authority_key_identifier() const noexcept;
  [[nodiscard]] const std::optional<IssuingDistributionPoint>& issuing_distribution_point() const noexcept;
  [[nodiscard]] const std::vector<DistributionPoint>& freshest_crl() const noexcept;  // §5.2.6
  // The first critical extension, of the list or of an entry, that is not read here.
  [[nodiscard]] const std::optional<der::Oid>& unknown_critical_extension() const noexcept;
  [[nodiscard]] std::size_t entry_count() const noexcept;
  [[nodiscard]] crypto::Digest fingerprint() const;  // SHA-256 of the DER

  [[nodiscard]] std::optional<CrlLimit> limit() const noexcept;

  // The entry of the certificate with that issuer and serial number (INTEGER content octets), the first of several;
  // nothing when it is not listed. One pass over the entries (`benchmarks/micro`: FindInRevocationList).
  [[nodiscard]] std::optional<CrlEntry> find(const Name& certificate_issuer, ByteView serial_number) const;

  // Checks that the list by itself says whether `certificate` is revoked: its issuer issued the certificate, and it has
  // no limit; or it is partitioned, and its part is the certificate's: for all reasons, of a distribution point that
  // the certificate names (RFC 5280 §6.3.3 b, d), of its kind. Fails with revocation_mismatch, or with
  // revocation_unsupported and the limit in the detail. Lists that have to be put together with others are the business
  // of RevocationProcessor (revocation_processing.hpp).
  [[nodiscard]] Result<void> covers(const Certificate& certificate) const;

  // Verifies that `signer` is the list's issuer, may sign CRLs (keyUsage cRLSign, where it has a keyUsage; §6.3.3 f)
  // and did sign it. Fails with revocation_signer_unauthorized, signature_invalid or unsupported_algorithm. Whether
  // `signer` itself is to be trusted is the caller's question.
  [[nodiscard]] Result<void> verify_signed_by(const Certificate& signer) const;

  friend bool operator==(const CertificateList& a, const CertificateList& b) noexcept {
    return equal(a.der(), b.der());
  }

 private:
  struct Parsed;
  explicit CertificateList(std::shared_ptr<const Parsed> parsed) noexcept : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

// Reads a list as authorities publish it: DER, or one block "X509 CRL" of PEM (RFC 7468 §6), which RFC 5280 §4.2.1.13
// does not allow and some send. For the edge where lists arrive; what is kept and embedded is DER. Fails with
// malformed_crl.
[[nodiscard]] Result<CertificateList> decode_certificate_list(Bytes der_or_pem);

}  // namespace rakkan::pki
