// Facts are everything that a decision about the signatures of one file needs: what was read, computed and verified,
// and nothing that was decided. They are made once (by adapters from pdf, cms, tsp and pki, or read from a file,
// facts_json.hpp); decide (decide.hpp) judges them under a policy at a time, as often as wanted, and reads nothing
// else.
//
// Objects name each other by ids. A certificate's id is the SHA-256 of its DER, a CRL's or an OCSP response's that of
// the object as it was given, in lower-case hex; signatures and timestamps have any id that is unique. One id names one
// object of whatever kind. No fact depends on a time of judgement: whether a certificate is expired, an algorithm weak
// or a CRL stale is the engine's to say. Evidence produced after the time of judgement is among the facts too; the
// engine ignores it and says so.
//
// Plain values: whoever has Facts owns all of them. Immutable facts may be shared between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/time.hpp"
#include "rakkan/crypto/hash_algorithm.hpp"
#include "rakkan/crypto/verification_algorithm.hpp"

namespace rakkan::validation {

using Id = std::string;  // 1 to 128 bytes

// Whether a signature value verifies with the key that is said to have made it.
enum class Check : std::uint8_t {
  good,
  bad,
  unsupported,  // this OpenSSL, or Rakkan, cannot verify the algorithm: nothing is known
  not_checked,  // there is no key to verify with: the certificate is missing
};

// Whether data have the digest that a signed object holds.
enum class Match : std::uint8_t {
  match,
  mismatch,
  not_found,  // the data are not there: a detached content that nobody gave
};

// --- Algorithms -----------------------------------------------------------------------------------------------------

enum class KeyType : std::uint8_t { rsa, rsa_pss, dsa, ec, ed25519, ed448, other };

struct Key {
  KeyType type = KeyType::other;
  std::uint32_t bits = 0;           // modulus of RSA, p of DSA, order of the curve
  std::uint32_t subgroup_bits = 0;  // q of DSA
  std::string curve = {};           // OID of a named curve, dotted ("1.2.840.10045.3.1.7"); empty for other keys

  friend bool operator==(const Key&, const Key&) = default;
};

// The algorithm by which one signature was made, with the key that made it.
struct Algorithm {
  std::string name = {};                                  // for people: "RSA PKCS#1 v1.5 with SHA-256"
  std::optional<crypto::VerificationScheme> scheme = {};  // nothing: one that Rakkan does not know, which never counts
  std::optional<crypto::HashAlgorithm> hash = {};         // nothing for Ed25519 and Ed448
  std::optional<crypto::HashAlgorithm> mask_hash = {};    // RSASSA-PSS: of MGF1
  Key key = {};

  friend bool operator==(const Algorithm&, const Algorithm&) = default;
};

// A digest inside a signed object: messageDigest, a token's messageImprint, a document's ByteRange digest.
struct DigestFact {
  std::string what = {};                           // "messageDigest"
  std::optional<crypto::HashAlgorithm> hash = {};  // nothing: an algorithm that Rakkan does not know
  Match match = Match::match;

  friend bool operator==(const DigestFact&, const DigestFact&) = default;
};

// --- Trust and certificates -----------------------------------------------------------------------------------------

struct PurposeFacts {
  bool signing = true;
  bool timestamping = true;
  bool revocation = true;

  friend bool operator==(const PurposeFacts&, const PurposeFacts&) = default;
};

struct AccreditationFacts {
  std::string number = {};
  std::optional<Instant> from = {};  // inclusive
  std::optional<Instant> to = {};    // inclusive

  friend bool operator==(const AccreditationFacts&, const AccreditationFacts&) = default;
};

// A certificate that the user trusts. Its id is the certificate's own; the certificate is among `certificates` too.
struct Anchor {
  Id id = {};
  std::string label = {};
  PurposeFacts purposes = {};
  std::optional<Instant> from = {};    // the first moment of trust (a trusted list's status); nothing: always
  std::optional<Instant> sunset = {};  // the last moment of trust, inclusive; nothing: without end
  std::optional<AccreditationFacts> accreditation = {};
  bool is_operator = false;

  friend bool operator==(const Anchor&, const Anchor&) = default;
};

// A finding of RFC 5280 §6.1 about a chain, at whatever time.
struct ChainFinding {
  // The step: a word of pki::PathRefusal but those of time and revocation ("signature", "issuer_name",
  // "name_not_permitted", "not_a_ca", "path_length", "key_usage", "critical_extension", …).
  std::string code = {};
  std::string clause = {};  // "RFC 5280 §6.1.3 (a) (1)"
  Id certificate = {};
  std::string detail = {};

  friend bool operator==(const ChainFinding&, const ChainFinding&) = default;
};

// A candidate path from a certificate to an anchor.
struct Chain {
  // From the certificate itself to the one that the anchor issued. Empty: the certificate is the anchor.
  std::vector<Id> certificates = {};
  Id anchor = {};
  std::vector<ChainFinding> findings = {};

  friend bool operator==(const Chain&, const Chain&) = default;
};

// The place from which evidence comes. The first four are parts of the file that is judged.
enum class Source : std::uint8_t {
  signed_attribute,  // adbe-revocationInfoArchival, covered by the signature
  signature,         // SignedData.crls and unsigned attributes of a signature
  timestamp,         // the CMS of a token
  dss,               // the document security store
  given,             // a file that the user gave
  fetched,           // from a server, just now or from a cache
};

struct CertificateFacts {
  Id id = {};
  std::string subject = {};  // RFC 4514
  std::string issuer = {};
  std::string serial_number = {};  // hex
  Instant not_before = {};
  Instant not_after = {};
  Key key = {};
  Id key_id = {};                 // SHA-256 of the SubjectPublicKeyInfo, hex: tells renewed certificates of one key
  Algorithm signature = {};       // by which the issuer signed it, with the issuer's key as far as it is known
  Source source = Source::given;  // the first in the order of Source, if it was found in several places
  bool is_self_signed = false;
  bool is_ca = false;
  std::optional<std::vector<std::string>> key_usage = {};           // "digitalSignature", …; nothing: no extension
  std::optional<std::vector<std::string>> extended_key_usage = {};  // OIDs, dotted; nothing: no extension
  bool has_ocsp_no_check = false;                                   // id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1)
  bool has_no_rev_avail = false;                                    // RFC 9608, and nothing that contradicts it
  bool has_validity_assured_short_term = false;                     // EN 319 412-1 §5.2.2
  bool is_operator = false;                                         // the trust file's mark
  std::optional<AccreditationFacts> accreditation = {};             // the trust file's mark
  // All candidate chains, the best first: shorter before longer, without findings before with. None: no chain to an
  // anchor was found. A certificate that is never judged by itself (an intermediate CA) may have none.
  std::vector<Chain> chains = {};

  friend bool operator==(const CertificateFacts&, const CertificateFacts&) = default;
};

// --- Revocation -----------------------------------------------------------------------------------------------------

enum class RevocationKind : std::uint8_t { crl, ocsp };

enum class CertificateStatus : std::uint8_t { good, revoked, unknown };

// The statement of a CRL or an OCSP response about one certificate.
struct RevocationEntry {
  Id certificate = {};
  CertificateStatus status = CertificateStatus::unknown;
  std::optional<Instant> revoked_at = {};  // exactly when revoked
  std::string reason = {};                 // "keyCompromise", "certificateHold" (RFC 5280 §5.3.1); empty: none is given
  std::optional<bool> cert_hash_match = {};  // OCSP: certHash is that of the certificate; nothing: no certHash
  // Whether its signer may speak about this certificate: it is the issuer, or delegated by it (RFC 6960 §4.2.2.2), or
  // the CRL issuer that the certificate names (RFC 5280 §6.3.3).
  bool is_authorised = false;
  // The reason for which it cannot be used whatever the time: "delta CRL without base", "unknown critical extension".
  // Empty: it can.
  std::string unusable = {};

  friend bool operator==(const RevocationEntry&, const RevocationEntry&) = default;
};

struct RevocationFacts {
  Id id = {};
  RevocationKind kind = RevocationKind::crl;
  Source source = Source::given;  // the first in the order of Source, if it was found in several places
  Instant this_update = {};
  std::optional<Instant> next_update = {};
  std::optional<Instant> produced_at = {};  // OCSP: producedAt
  std::optional<Id> signer = {};            // certificate of the responder or CRL issuer; nothing: not found
  Check signature = Check::not_checked;
  Algorithm algorithm = {};
  std::optional<Instant> archive_cutoff = {};        // OCSP, RFC 6960 §4.4.4
  std::optional<Instant> expired_certs_on_crl = {};  // CRL, ISO/IEC 9594-8 §9.5.2.8 (or of the trusted list)
  std::vector<RevocationEntry> entries = {};

  // The moment at which it was made: producedAt, else thisUpdate.
  [[nodiscard]] Instant made_at() const noexcept { return produced_at.value_or(this_update); }
  friend bool operator==(const RevocationFacts&, const RevocationFacts&) = default;
};

// --- Signed objects -------------------------------------------------------------------------------------------------

// The statement of the attribute signingCertificate(V2) (RFC 5035 §3) about the certificate that was taken as the
// signer's.
enum class CertificateReference : std::uint8_t {
  match,      // the digest of the reference is the certificate's, and its issuerSerial, if any, agrees
  mismatch,   // it is another certificate's
  ambiguous,  // several references, or several certificates fit
  absent,     // there is no such attribute: the sid of SignerInfo alone names the certificate
};

enum class ReferenceVersion : std::uint8_t { none, v1, v2 };

// A signer of a signature or of a token: SignerInfo with what stands around it.
struct SignerFacts {
  std::optional<Id> certificate = {};  // nothing: not found
  CertificateReference reference = CertificateReference::absent;
  ReferenceVersion reference_version = ReferenceVersion::none;
  std::optional<crypto::HashAlgorithm> reference_hash = {};
  Algorithm algorithm = {};
  Check signature = Check::not_checked;
  // The digests of the signed data; all must match. Empty: nothing is bound to the signature (FORMAT_FAILURE).
  std::vector<DigestFact> digests = {};

  friend bool operator==(const SignerFacts&, const SignerFacts&) = default;
};

// A finding about the form of a signature, a timestamp or the document, with the code by which a policy sets its
// weight (policy.hpp): "byte-range-malformed", "contents-gap", "signer-info-count". A code without a row fails.
struct StructureFinding {
  std::string code = {};    // lower-case words with hyphens
  std::string clause = {};  // "ISO 32000-2 §12.8.1"
  std::string detail = {};  // one line, English
  std::optional<std::uint32_t> revision = {};
  std::string object = {};  // "12 0 obj"

  friend bool operator==(const StructureFinding&, const StructureFinding&) = default;
};

// The part of the file that a ByteRange covers (validation.md, row 8 of pdf.md).
enum class Coverage : std::uint8_t {
  not_pdf,           // no PDF: CMS or token alone
  entire_file,       // all but /Contents
  entire_revision,   // all of a revision but /Contents, and later revisions follow
  contiguous_block,  // a block around /Contents which is no revision
  unclear,           // anything else
};

// The highest level of change in the revisions after the one that is covered.
enum class ModificationLevel : std::uint8_t { none, lta_updates, form_filling, annotations, other, not_analysed };

// DocMDP of the document or the tightest Lock that applies.
enum class Permission : std::uint8_t { no_certification, no_changes, form_filling, annotations };

// The part that signatures and document timestamps of a PDF have in common.
struct PdfFacts {
  std::string field = {};
  std::string sub_filter = {};  // "ETSI.CAdES.detached"; empty: none
  Coverage coverage = Coverage::not_pdf;
  ModificationLevel modification = ModificationLevel::none;
  Permission permission = Permission::no_certification;
  // Whether the changes after the covered revision keep to DocMDP, FieldMDP and locks; nothing: not analysed.
  std::optional<bool> permissions_kept = {};
  std::uint32_t revision = 0;  // the covered one, counted from 1; 0: none

  friend bool operator==(const PdfFacts&, const PdfFacts&) = default;
};

enum class TimestampKind : std::uint8_t {
  content,    // content-time-stamp, over the signed data, older than the signature
  signature,  // signature-time-stamp, over the signature value
  archive,    // archive-time-stamp of a CAdES signature, with ats-hash-index-v3
  document,   // a document timestamp of a PDF, over a revision
  bare,       // a token by itself, over data that were given
};

struct TimestampFacts {
  Id id = {};
  TimestampKind kind = TimestampKind::signature;
  SignerFacts signer = {};
  DigestFact imprint = {};
  Instant gen_time = {};
  std::optional<std::int64_t> accuracy = {};  // milliseconds
  std::string policy = {};                    // OID
  std::string serial_number = {};             // hex
  PdfFacts pdf = {};                          // of a document timestamp
  std::vector<StructureFinding> structure = {};
  // The objects that it covers, whose existence it proves: signatures, certificates, revocation data, timestamps.
  std::vector<Id> covers = {};

  friend bool operator==(const TimestampFacts&, const TimestampFacts&) = default;
};

struct SignaturePolicyFacts {
  std::string identifier = {};            // OID or URI; empty: implied
  bool is_available = false;              // the policy document is at hand
  std::optional<bool> digest_match = {};  // nothing: not compared, or a zero hash
  friend bool operator==(const SignaturePolicyFacts&, const SignaturePolicyFacts&) = default;
};

struct SignatureFacts {
  Id id = {};
  std::string format = {};  // for people: "PAdES", "CAdES", "PKCS#7"
  PdfFacts pdf = {};
  SignerFacts signer = {};
  std::vector<StructureFinding> structure = {};
  std::optional<Instant> claimed_time = {};  // signing-time or /M
  std::optional<SignaturePolicyFacts> policy = {};
  bool has_signed_attributes = true;
  std::optional<std::string> content_type = {};  // the attribute's OID
  std::vector<std::string> commitment_types = {};
  std::string reason = {};
  // Timestamps about this signature: its content, signature and archive timestamps, and every document timestamp of a
  // later revision. In the order of their making, as the file has them.
  std::vector<Id> timestamps = {};

  friend bool operator==(const SignatureFacts&, const SignatureFacts&) = default;
};

// --- The file -------------------------------------------------------------------------------------------------------

struct RevisionFacts {
  std::uint32_t number = 0;  // counted from 1
  std::uint64_t end = 0;     // offset behind it
  friend bool operator==(const RevisionFacts&, const RevisionFacts&) = default;
};

struct DocumentFacts {
  std::string format = {};  // "PDF", "CMS", "timestamp token"
  std::uint64_t size = 0;   // bytes
  std::string sha256 = {};  // hex
  std::vector<RevisionFacts> revisions = {};
  std::vector<StructureFinding> findings = {};  // about the file as a whole

  friend bool operator==(const DocumentFacts&, const DocumentFacts&) = default;
};

struct Facts {
  DocumentFacts document = {};
  std::vector<SignatureFacts> signatures = {};
  std::vector<TimestampFacts> timestamps = {};  // every one once
  std::vector<CertificateFacts> certificates = {};
  std::vector<Anchor> anchors = {};
  std::vector<RevocationFacts> revocations = {};

  friend bool operator==(const Facts&, const Facts&) = default;
};

// The words of the enumerations, as JSON has them: "entire_file" is written "entire-file".
[[nodiscard]] std::string_view to_string(Check value) noexcept;
[[nodiscard]] std::string_view to_string(Match value) noexcept;
[[nodiscard]] std::string_view to_string(KeyType value) noexcept;
[[nodiscard]] std::string_view to_string(RevocationKind value) noexcept;
[[nodiscard]] std::string_view to_string(Source value) noexcept;
[[nodiscard]] std::string_view to_string(CertificateStatus value) noexcept;
[[nodiscard]] std::string_view to_string(CertificateReference value) noexcept;
[[nodiscard]] std::string_view to_string(ReferenceVersion value) noexcept;
[[nodiscard]] std::string_view to_string(Coverage value) noexcept;
[[nodiscard]] std::string_view to_string(ModificationLevel value) noexcept;
[[nodiscard]] std::string_view to_string(Permission value) noexcept;
[[nodiscard]] std::string_view to_string(TimestampKind value) noexcept;

}  // namespace rakkan::validation
