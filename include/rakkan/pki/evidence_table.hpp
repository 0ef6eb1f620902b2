// The evidence table says of a signature and of each timestamp over it by what its certificates are proven to have been
// good when it was made: certificate, CRL or OCSP response, who signed that, the anchor, and its freshness against the
// best signature time (EN 319 102-1 §3.1: the earliest time at which the signature is proven to have existed); or what
// is missing, and where it can be had. It is computed from what is given: no network, no clock, and the order of
// certificates, CRLs and responses does not matter.
//
//   RAKKAN_TRY(const EvidenceTable table, make_evidence_table(inputs));
//   if (!table.complete()) { for (const EvidenceNeed& need : table.needs) … }
//
// The rules, for a certificate and the time T that its evidence has to speak for:
//
// - A status counts only when its CRL or response verifies, its signer had the right to sign (RFC 6960 §4.2.2.2, RFC
//   5280 §6.3.3 f: a CRL issuer with a chain of its own has the same anchor, and the anchor has the purpose
//   revocation), that signer is itself proven when it signed, and the algorithm is acceptable at the proof of the
//   object's existence.
// - A certificate that was revoked at T or before is revoked, whatever else says that it was good, earlier or later: a
//   revocation is for good (RFC 5280 §5.3.1). Only a hold ends: a good status of a later thisUpdate takes it back. A
//   revocation counts already when its signer is authorized, proven or not, unless the signer is known to be revoked.
// - A revocation after T proves that the certificate was good at T, as a good status does.
// - Of several proofs the one that is fresh enough is taken, then OCSP before CRL, then the newest.
// - Freshness (EN 319 102-1 §5.2.5) is demanded of the subjects' own certificates; those of CAs, responders and CRL
//   issuers need data that were current at T, or were issued after it. Otherwise a CRL of a root that comes once a year
//   would hold a signature up for a year.
// - A good status says nothing when it is older than the certificate, or of a time after its end, unless the object
//   says that it knows certificates that have ended (RFC 6960 §4.4.4, expiredCertsOnCRL of X.509 §9.5.2.8, certHash).
// - CRLs that have a limit (CertificateList::limit) are not used.
// - A timestamp that was not covered by another one in time is not proven: when its certificate, a CA's above it, an
//   algorithm of it or the trust in its anchor had ended before its proof of existence, anybody may have made it since.
// - For the same reason (EN 319 102-1 §5.6.2.2) the certificates of a timestamp have to be good still when it is
//   covered: data about them that are current then, or issued later, and no revocation before.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pki/algorithm_policy.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/evidence_material.hpp"
#include "rakkan/pki/path_builder.hpp"
#include "rakkan/pki/path_validator.hpp"
#include "rakkan/pki/renewal.hpp"
#include "rakkan/pki/revocation_status.hpp"
#include "rakkan/pki/trust_store.hpp"

namespace rakkan::pki {

enum class EvidenceRole : std::uint8_t { signer, signature_timestamp_unit, document_timestamp_unit };
[[nodiscard]] std::string_view to_string(EvidenceRole role) noexcept;  // "signature-timestamp-unit"
[[nodiscard]] std::string_view words_of(EvidenceRole role) noexcept;   // "TSU of a signature timestamp"
[[nodiscard]] TrustPurpose purpose_of(EvidenceRole role) noexcept;

// FreshnessDemand says how old evidence about a subject's own certificate may be.
struct FreshnessDemand {
  enum class Kind : std::uint8_t {
    cached,           // issued after T less `duration` (the maximum age), and current at T or issued after it
    after_signature,  // issued after T plus `duration` (the grace period, in which a revocation reaches the issuer)
  };
  Kind kind = Kind::cached;
  std::chrono::milliseconds duration{};

  [[nodiscard]] static FreshnessDemand cached(std::chrono::milliseconds max_age) noexcept {
    return {Kind::cached, max_age};
  }
  [[nodiscard]] static FreshnessDemand after_signature(std::chrono::milliseconds grace) noexcept {
    return {Kind::after_signature, grace};
  }
  // Data of a thisUpdate later than this are fresh enough.
  [[nodiscard]] Instant limit(Instant time) const noexcept {
    return kind == Kind::cached ? time - duration : time + duration;
  }
  friend bool operator==(const FreshnessDemand&, const FreshnessDemand&) = default;
};
[[nodiscard]] std::string_view to_string(FreshnessDemand::Kind kind) noexcept;  // "after-signature"

// A signature whose certificate has to be proven.
struct EvidenceSubject {
  EvidenceRole role{};
  std::string label = {};  // "Signature1": the field, or a number
  Certificate certificate;
  Instant time;  // T: the best signature time. The certificate is taken to have existed then, since the signature did
  // Of a timestamp: when the next one over it proves that it exists, T or later. Nothing: no other one covers it, and
  // its certificates are judged at T alone.
  std::optional<Instant> covered_at = {};
  FreshnessDemand demand = {};
  std::vector<Certificate> certificates = {};  // that came with the signature
  Provenance from = {};                        // of those, and of a timestamp's token
  // Of the signature itself, and of a token's imprint.
  std::vector<AlgorithmInUse> algorithms = {};
};

// Inputs outlive the call.
struct EvidenceInputs {
  const std::vector<EvidenceSubject>& subjects;
  const EvidenceMaterial& material;
  const TrustStore& trust;
  const AlgorithmPolicy& algorithms;
  Instant now;
  std::chrono::milliseconds clock_tolerance{};  // how far the clock of a responder or CRL issuer may be ahead of `now`
  PathLimits limits = {};
  VerifiedSignatures* known = nullptr;  // of certificates; may be null
};

// The place of a row's certificate.
enum class EvidencePlace : std::uint8_t {
  subject,     // it made the signature
  authority,   // a CA between the certificate in question and the anchor
  responder,   // signed an OCSP response
  crl_issuer,  // signed a CRL, and is not the issuer of the certificate in question
};
[[nodiscard]] std::string_view to_string(EvidencePlace place) noexcept;  // "crl-issuer"

enum class EvidenceVerdict : std::uint8_t {
  proven,      // it was good at T
  exempt,      // no status is needed
  revoked,     // at T or before
  not_proven,  // `gap` says why
};
[[nodiscard]] std::string_view to_string(EvidenceVerdict verdict) noexcept;  // "not-proven"

// The reason why no revocation data are needed.
enum class EvidenceExemption : std::uint8_t {
  anchor,              // the certificate is an anchor itself
  ocsp_no_check,       // id-pkix-ocsp-nocheck of a responder (RFC 6960 §4.2.2.2.1)
  no_rev_avail,        // noRevAvail (RFC 9608), of a certificate that is no CA and names no place of revocation data
  short_term_assured,  // ext-etsi-valassured-ST-certs (EN 319 412-1 §5.2.2)
};
[[nodiscard]] std::string_view to_string(EvidenceExemption exemption) noexcept;  // "ocsp-nocheck"

enum class EvidenceGap : std::uint8_t {
  issuer_missing,       // the certificate of its issuer is not at hand
  no_anchor,            // its chain ends in a root that is no anchor
  anchor_purpose,       // its anchor is not trusted for this purpose
  path_refused,         // no path is valid: the subject's findings say why; or a timestamp was not covered in time
  path_limit,           // the certificates allow too many paths
  algorithm,            // an algorithm of the certificate is not acceptable
  revocation_missing,   // nothing says whether it is revoked
  revocation_unknown,   // the responder does not know it
  revocation_not_used,  // what speaks about it cannot be used: `rejected` says why
  revocation_stale,     // what speaks about it was no longer current at T
  not_fresh,            // what speaks about it is older than demanded: `ask_again` says when there will be newer data
  signer_not_proven,    // the responder or CRL issuer of what speaks about it is not proven
  responder_cycle,      // what would prove it was signed, in the end, by itself
};
[[nodiscard]] std::string_view to_string(EvidenceGap gap) noexcept;  // "revocation-missing"

// The right by which the signer of a status signed it.
enum class EvidenceRight : std::uint8_t {
  issuer,      // the issuer of the certificate in question
  delegated,   // a responder that the issuer appointed
  crl_issuer,  // another certificate of the issuer's name, with a path of its own
};
[[nodiscard]] std::string_view to_string(EvidenceRight right) noexcept;  // "delegated"

struct EvidenceObject {
  RevocationSource source{};
  std::size_t index = 0;  // into the material's lists or responses
  Provenance from;
};

// A CRL or response about the certificate that does not count.
struct RejectedEvidence {
  EvidenceObject object;
  crypto::Digest fingerprint;
  Error why;
};

// Where the certificate says that its revocation data and its issuer's certificate are. Points of CRLs by other issuers
// or for some reasons alone are left out, since such lists are not used.
struct EvidencePlaces {
  std::vector<std::string> ocsp;
  std::vector<std::string> crl;
  std::vector<std::string> ca_issuers;
};
[[nodiscard]] EvidencePlaces evidence_places(const Certificate& certificate);

// Freshness against the best signature time.
struct EvidenceFreshness {
  bool after_signature = false;            // thisUpdate is later than T
  std::chrono::milliseconds difference{};  // thisUpdate less T
};

struct EvidenceRow {
  std::size_t subject = 0;  // index into EvidenceTable::subjects
  EvidencePlace place{};
  Certificate certificate;
  Certificate issuer;                      // of the path; the certificate itself where no issuer is known
  bool issuer_known = false;               // false: there is no path
  std::optional<std::size_t> serves = {};  // the row whose CRL or response this certificate signed
  Instant time;                            // T: for a responder or CRL issuer when it signed
  EvidenceVerdict verdict{};
  std::optional<EvidenceGap> gap = {};              // exactly when not proven
  std::optional<EvidenceExemption> exemption = {};  // exactly when exempt
  std::string detail = {};  // one line, English: why it is not proven or is revoked; may be empty
  // The proof; of a certificate that is not proven the best statement about it that there is, if any.
  std::optional<EvidenceObject> object = {};
  std::optional<RevocationStatus> status = {};      // with `object`
  std::optional<EvidenceRight> right = {};          // with `object`
  std::optional<EvidenceFreshness> freshness = {};  // with `object`
  std::vector<RejectedEvidence> rejected = {};      // up to 8
  EvidencePlaces places = {};
  std::optional<Instant> ask_again = {};  // with not_fresh, where it is known
  bool certificate_in_document = false;

  [[nodiscard]] bool is_settled() const noexcept {
    return verdict == EvidenceVerdict::proven || verdict == EvidenceVerdict::exempt;
  }
};

// A subject, with the path that its rows are about.
struct EvidencedSubject {
  EvidenceRole role{};
  std::string label;
  Certificate certificate;
  Instant time;
  std::optional<Instant> covered_at = {};  // as it was given
  FreshnessDemand demand;
  std::optional<CertificationPath> path = {};       // valid but for revocation when `findings` is empty
  std::vector<PathFinding> findings = {};           // of a path that is refused, without those about revocation
  std::vector<BrokenLink> broken = {};              // without a path
  std::optional<Accreditation> accreditation = {};  // that holds at T
  bool is_operator = false;
  std::vector<AlgorithmInUse> algorithms = {};
};

// Something that could complete the table.
struct EvidenceNeed {
  enum class Kind : std::uint8_t { revocation, issuer };
  Kind kind{};
  std::size_t subject = 0;
  EvidencePlace place{};
  Certificate certificate;
  std::optional<Certificate> issuer = {};  // for revocation data: that of the path, by which they are verified
  Instant time;  // T, or the time at which the timestamp in question is covered: the data are current then or newer
  // Data of a thisUpdate later than this are fresh enough; nothing: those of which `time` says so.
  std::optional<Instant> newer_than = {};
  EvidencePlaces places;
  // Of another path, or of another way to prove the same: worth asking when the others lead nowhere.
  bool alternative = false;
};

struct EvidenceTable {
  std::vector<EvidencedSubject> subjects;  // in the order given
  // By subject: its own certificate, then those of the CAs from its issuer to the one below the anchor; each followed
  // by the certificates on which its proof depends and that have no row of this subject yet.
  std::vector<EvidenceRow> rows;
  std::vector<EvidenceNeed> needs;  // those that are alternatives last

  // Every certificate of every subject is proven or exempt.
  [[nodiscard]] bool complete() const noexcept;
  [[nodiscard]] bool revoked() const noexcept;  // at least one row is
  // When everything that is missing will exist; nothing when the table is complete or misses more than newer data.
  [[nodiscard]] std::optional<Instant> ask_again() const noexcept;

  // The contents that the document needs so that the table can be made again from it alone: the certificates below the
  // anchors and the objects of all rows that are proven. Indices into the material, ascending.
  struct Used {
    std::vector<Certificate> certificates;
    std::vector<std::size_t> lists;
    std::vector<std::size_t> responses;
  };
  [[nodiscard]] Used used() const;
};

// Makes the table. Its rows tell everything that is missing or wrong; it fails only with certificate_path_limit, when
// the material is such a tangle that proofs of proofs take more work than allowed.
[[nodiscard]] Result<EvidenceTable> make_evidence_table(const EvidenceInputs& inputs);

}  // namespace rakkan::pki
