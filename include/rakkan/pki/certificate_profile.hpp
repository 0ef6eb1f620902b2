// CertificateProfile says what a certificate must be, so that its key may be used for something: one value for each
// use, and the only place where that is written down. Checks answer with findings; whether a finding refuses or warns
// is the caller's decision.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/error_code.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {

// The kinds of key a profile may allow. RSA below 2048 bits and other curves are no crypto::KeyKind at all.
inline constexpr std::array kSigningKeys{crypto::KeyKind::rsa_2048, crypto::KeyKind::rsa_3072,
                                         crypto::KeyKind::rsa_4096, crypto::KeyKind::ec_p256, crypto::KeyKind::ec_p384};
inline constexpr std::array kAllKeys{crypto::KeyKind::rsa_2048, crypto::KeyKind::rsa_3072, crypto::KeyKind::rsa_4096,
                                     crypto::KeyKind::ec_p256,  crypto::KeyKind::ec_p384,  crypto::KeyKind::ed25519};

struct CertificateProfile {
  // The content that extendedKeyUsage must have.
  enum class Purpose : std::uint8_t {
    // Absent; or one purpose is neither timeStamping nor of those that are for something else (serverAuth, codeSigning,
    // OCSPSigning), and timeStamping is not among them. RFC 9336 §4 leaves to the relying party which purposes count as
    // signing documents; CAs use private ones, too.
    documents,
    // RFC 3161 §2.3: timeStamping alone, and critical.
    timestamps,
  };

  std::string_view holder;                // for findings: "a party's signature"
  std::span<const crypto::KeyKind> keys;  // what its key may be
  Purpose purpose = Purpose::documents;
  bool key_usage_required = true;              // an absent keyUsage is a finding; one that is there is always looked at
  bool key_usage_for_signatures_only = false;  // no keyEncipherment and the like beside digitalSignature
};

// 立会人型 and 当事者型: version 3, no CA's, and a keyUsage with digitalSignature, contentCommitment or both (EN 319
// 412-2 §4.3.2, to which EN 319 412-3 refers for legal persons, wants it to be there).
inline constexpr CertificateProfile kOperatorProfile{.holder = "an operator's seal", .keys = kSigningKeys};
inline constexpr CertificateProfile kPartyProfile{.holder = "a party's signature", .keys = kSigningKeys};
// Our own time-stamping unit (RFC 3161 §2.3, EN 319 422 §6).
inline constexpr CertificateProfile kUnitProfile{.holder = "a time-stamping unit",
                                                 .keys = kSigningKeys,
                                                 .purpose = CertificateProfile::Purpose::timestamps,
                                                 .key_usage_required = true,
                                                 .key_usage_for_signatures_only = true};
// The signer of a token of anybody's unit, so that the token counts (RFC 3161 §2.3): keyUsage may be absent,
// and the key is the authority's choice.
inline constexpr CertificateProfile kTokenSignerProfile{.holder = "a time-stamping unit",
                                                        .keys = kAllKeys,
                                                        .purpose = CertificateProfile::Purpose::timestamps,
                                                        .key_usage_required = false,
                                                        .key_usage_for_signatures_only = true};

// The demand that is not met.
enum class CertificateFlaw : std::uint8_t {
  version,             // not 3: what it may be used for is not said
  authority,           // basicConstraints cA, or keyUsage keyCertSign or cRLSign
  critical_extension,  // an unknown one (RFC 5280 §4.2)
  key_usage,           // missing, no signatures among it, or more than the profile takes
  extended_key_usage,  // missing, not critical, or for something else
  key,                 // of a kind, size or curve that the profile does not take
  not_yet_valid,       // of it, or of an issuer
  expired,
  chain_incomplete,  // no root at its end
  chain,             // an issuer that must not issue this
};

struct CertificateFinding {
  CertificateFlaw flaw{};
  std::string detail;   // one line, English
  std::string subject;  // of the certificate that it is about
};
using CertificateFindings = std::vector<CertificateFinding>;

// certificate_unsuitable, certificate_expired, certificate_not_yet_valid or certificate_chain_incomplete.
[[nodiscard]] ErrorCode code_of(CertificateFlaw flaw) noexcept;
// Ok when there is none; else the first as the error, the others as its causes.
[[nodiscard]] Result<void> refuse_on(const CertificateFindings& findings);

// Everything that keeps the certificate itself from the profile, its time and its chain aside.
[[nodiscard]] CertificateFindings check_certificate(const Certificate& certificate, const CertificateProfile& profile);
// The same as an error: certificate_unsuitable.
[[nodiscard]] Result<void> require_profile(const Certificate& certificate, const CertificateProfile& profile);

[[nodiscard]] bool allows(const CertificateProfile& profile, crypto::KeyKind kind) noexcept;

// Validity and private key usage period at `now`. Fails with certificate_expired or certificate_not_yet_valid.
[[nodiscard]] Result<void> check_validity(const Certificate& certificate, Instant now);
// The same as a finding.
[[nodiscard]] std::optional<CertificateFinding> find_validity_flaw(const Certificate& certificate, Instant now);

// A leaf's way to its root.
struct CertificateChain {
  std::vector<Certificate> issuers;  // its issuer first, signatures verified, up to and without the root
  std::optional<Certificate> root;   // self-signed, or one of the configured ones; the leaf itself when it is one.
                                     // Nothing: the last one's issuer is not there
};

// Orders `candidates` and `roots` (configured trust anchors; their own signatures are not looked at) as the chain of
// `leaf`. Certificates that do not belong are left out. Among several chains the one that reaches a root is taken, then
// the shortest; among certificates of one issuer the one that lasts longest. The order of the candidates does not
// matter. Fails with certificate_unsuitable when issuers are given but none of their keys verifies the signature.
[[nodiscard]] Result<CertificateChain> order_chain(const Certificate& leaf, const std::vector<Certificate>& candidates,
                                                   const std::vector<Certificate>& roots = {});
// Signed by its own key. A root's signature on itself proves nothing, so that one of an algorithm we do not know, SHA-1
// say, does not make it something else.
[[nodiscard]] bool is_self_signed(const Certificate& certificate);

// The flaws of the chain of `leaf` at `now`: it ends without a root, or with the leaf itself although that is
// none of `roots`; an issuer is out of its time (RFC 5280 §4.1.2.5; a root's is not asked, §6.1), has an unknown
// critical extension, or too many CAs below it (§4.2.1.9). Not judged: revocation, name constraints, policies.
[[nodiscard]] CertificateFindings check_chain(const Certificate& leaf, const CertificateChain& chain,
                                              const std::vector<Certificate>& roots, Instant now);

}  // namespace rakkan::pki
