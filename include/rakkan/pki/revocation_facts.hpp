// RevocationFact is what one CRL or one OCSP SingleResponse says about one certificate of a path, and by which right:
// RFC 5280 §6.3.3 (b) to (j) and RFC 6960 §3.2, §4.2.2.2. No time is judged: an object that is stale, or whose signer's
// certificate has ended since, makes the same fact. RevocationProcessor (revocation_processing.hpp) finds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/distribution_point.hpp"
#include "rakkan/pki/ocsp_response.hpp"
#include "rakkan/pki/path_validator.hpp"
#include "rakkan/pki/revocation_status.hpp"

namespace rakkan::pki {

// Every reason for which a certificate can be revoked (the all-reasons of RFC 5280 §6.3.2 a).
inline constexpr ReasonFlags kAllReasons{0x1FE};

// RevocationFlaw says why an object does not tell whether a certificate is revoked.
enum class RevocationFlaw : std::uint8_t {
  // It does not cover the certificate.
  crl_issuer_name,         // §6.3.3 (b) (1): the list is of another issuer than the certificate and its points name
  not_indirect,            // §6.3.3 (b) (1): the point names the list's issuer, and the list is not an indirect one
  distribution_point,      // §6.3.3 (b) (2) (i): the list is about another distribution point
  only_user_certificates,  // §6.3.3 (b) (2) (ii): and the certificate is a CA's
  only_ca_certificates,    // §6.3.3 (b) (2) (iii): and the certificate is no CA's
  only_attribute_certificates,  // §6.3.3 (b) (2) (iv)
  no_reasons,                   // §6.3.3 (d): point and list have no reason in common
  delta_without_base,           // §5.2.4: there is no complete list that the delta continues
  critical_extension,           // RFC 5280 §5.2, §5.3, RFC 6960 §4.4: unknown
  certificate_id,               // RFC 6960 §3.2 (1): the response is about another certificate
  cert_hash,                    // Common PKI part 4: it is about another certificate of that name
  // It is not signed, or not by an authority.
  signer_unknown,  // no certificate of the signer is at hand
  signature,       // §6.3.3 (g), RFC 6960 §3.2 (2)
  algorithm_unsupported,
  crl_sign_missing,     // §6.3.3 (f): the CRL issuer's keyUsage does not allow to sign lists
  no_path,              // §6.3.3 (f): the CRL issuer has no path to the anchor of the certificate's path
  not_delegated,        // RFC 6960 §4.2.2.2: the responder is not certified for OCSPSigning by the certificate's issuer
  responder_key_usage,  // RFC 5280 §4.2.1.12: nor may it sign
  responder_extension,  // RFC 5280 §4.2: an unknown critical extension in the responder's certificate
  responder_validity,   // producedAt is not in the responder's validity
  own_word,             // the certificate is the signer's own, and no distribution point of it says that it may
  // RevocationVerdict alone: it does not count at the control time.
  not_current,        // §6.3.3 (a): nextUpdate is over, or there is none
  certificate_ended,  // it is of a time after the certificate's end, and need not know it any more
  signer_path,        // §6.3.3 (f): the signer's path is not valid
  signer_revoked,     // the signer's certificate, or one above it, is revoked
  signer_unproven,    // whether the signer's certificate is revoked is not known
  circular,           // whether the signer's certificate is revoked would be proven by what it signed itself
  status_unknown,     // RFC 6960 §2.2: the responder does not know the certificate
  some_reasons,       // §6.3.3 (l): the lists are not about all reasons for which it may be revoked
};
[[nodiscard]] std::string_view to_string(RevocationFlaw flaw) noexcept;  // "delta_without_base"
[[nodiscard]] std::string_view clause_of(RevocationFlaw flaw) noexcept;  // "RFC 5280 §5.2.4"

enum class RevocationSignature : std::uint8_t {
  verified,
  failed,       // with every key of the signer's name
  unsupported,  // the algorithm, or a key of it
  not_checked,  // there is no key, or the object does not cover the certificate
};

// RevocationRight is that by which the signer speaks about the certificate.
enum class RevocationRight : std::uint8_t {
  issuer,               // the certificate's issuer: the same name and key
  issuer_other_key,     // CRL: the same name with another key (RFC 5280 §6.3.3 f)
  crl_issuer,           // CRL: the cRLIssuer of a distribution point of the certificate
  delegated_responder,  // OCSP: the issuer certified it for OCSPSigning
};

struct RevocationFact {
  RevocationSource source{};
  std::size_t index = 0;                  // into RevocationSources::lists() or responses()
  std::size_t single = 0;                 // OCSP: into OcspResponse::responses()
  std::optional<std::size_t> delta = {};  // CRL: into lists(): the delta list that is applied to the list
  // CRL: into lists(): the further lists, with this one about all reasons. Their times are the earliest of all.
  std::vector<std::size_t> others = {};
  crypto::Digest object;  // SHA-256 of the list or response as it was given

  // Of a list with a delta, the delta's (RFC 5280 §5.2.4).
  RevocationTimes times;
  RevocationState state = RevocationState::unknown;  // good where a list does not have the certificate
  std::optional<Revocation> revocation = {};         // exactly when revoked
  ReasonFlags reasons = kAllReasons;                 // for which it tells; of a response all
  // archiveCutoff, expiredCertsOnCRL: certificates that ended since then are still known.
  std::optional<Instant> knows_ended_since = {};
  OcspCertHashMatch cert_hash = OcspCertHashMatch::absent;

  std::optional<RevocationFlaw> coverage_flaw = {};  // nothing: it is about the certificate
  RevocationSignature signature = RevocationSignature::not_checked;
  std::optional<Certificate> signer = {};  // the signer, or the candidate that came furthest
  std::optional<RevocationRight> right = {};
  std::optional<RevocationFlaw> authority_flaw = {};  // nothing: it is verified, and the signer has the right
  bool no_check = false;                              // the responder's certificate has id-pkix-ocsp-nocheck
  // Ways from the anchor of the certificate's path to the signer, the likeliest first; not validated but for the
  // signatures on the certificates. Of an issuer the path in question itself; empty for the anchor.
  std::vector<CertificationPath> signer_paths = {};
  std::string detail = {};  // of the first flaw, one line, English

  // It says something about the certificate, by a signer with the right to say it.
  [[nodiscard]] bool is_usable() const noexcept { return !coverage_flaw && !authority_flaw; }
  [[nodiscard]] std::optional<RevocationFlaw> flaw() const noexcept {
    return coverage_flaw ? coverage_flaw : authority_flaw;
  }
  // It settles the matter alone: a revocation does, and a good status for all reasons.
  [[nodiscard]] bool is_conclusive() const noexcept {
    return is_usable() && state != RevocationState::unknown &&
           (state == RevocationState::revoked || (reasons.bits & kAllReasons.bits) == kAllReasons.bits);
  }
  // The time at which it was signed.
  [[nodiscard]] Instant signed_at() const noexcept { return times.produced_at.value_or(times.this_update); }
};

}  // namespace rakkan::pki
