// CertificateProfile holds the demands on a certificate for one use of its key: one value for each use, and the only
// place where these demands are written down. Checks return findings; the caller decides whether a finding refuses or
// warns.
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

// The kinds of keys that a profile may allow. RSA below 2048 bits and other curves are no crypto::KeyKind at all.
inline constexpr std::array kSigningKeys{crypto::KeyKind::rsa_2048, crypto::KeyKind::rsa_3072,
                                         crypto::KeyKind::rsa_4096, crypto::KeyKind::ec_p256, crypto::KeyKind::ec_p384};
inline constexpr std::array kAllKeys{crypto::KeyKind::rsa_2048, crypto::KeyKind::rsa_3072, crypto::KeyKind::rsa_4096,
                                     crypto::KeyKind::ec_p256,  crypto::KeyKind::ec_p384,  crypto::KeyKind::ed25519};

struct CertificateProfile {
  // The content that extendedKeyUsage must have.
  enum class Purpose : std::uint8_t {
    // extendedKeyUsage is absent; or it has no timeStamping, and at least one purpose other than serverAuth,
    // codeSigning and OCSPSigning. RFC 9336 §4 leaves to the relying party which purposes count as signing documents;
    // CAs use private ones, too.
    documents,
    // RFC 3161 §2.3: timeStamping alone, and critical.
    timestamps,
  };

  std::string_view holder;                // the use in words, for findings: "a party's signature"
  std::span<const crypto::KeyKind> keys;  // the kinds of keys that it may have
  Purpose purpose = Purpose::documents;
  bool key_usage_required = true;              // an absent keyUsage is a finding; a present one is always checked
  bool key_usage_for_signatures_only = false;  // no keyEncipherment and the like beside digitalSignature
};

// The profiles of 立会人型 and 当事者型 certificates: version 3, no CA, and a keyUsage with digitalSignature,
// contentCommitment or both (EN 319 412-2 §4.3.2, to which EN 319 412-3 refers for legal persons, demands the
// extension).
inline constexpr CertificateProfile kOperatorProfile{.holder = "an operator's seal", .keys = kSigningKeys};
inline constexpr CertificateProfile kPartyProfile{.holder = "a party's signature", .keys = kSigningKeys};
// The profile of our own time-stamping unit's certificate (RFC 3161 §2.3, EN 319 422 §6).
inline constexpr CertificateProfile kUnitProfile{.holder = "a time-stamping unit",
                                                 .keys = kSigningKeys,
                                                 .purpose = CertificateProfile::Purpose::timestamps,
                                                 .key_usage_required = true,
                                                 .key_usage_for_signatures_only = true};
// The profile of the certificate with which any other unit signs its tokens (RFC 3161 §2.3): keyUsage may be absent,
// and the authority chooses the kind of key.
inline constexpr CertificateProfile kTokenSignerProfile{.holder = "a time-stamping unit",
                                                        .keys = kAllKeys,
                                                        .purpose = CertificateProfile::Purpose::timestamps,
                                                        .key_usage_required = false,
                                                        .key_usage_for_signatures_only = true};

// CertificateFlaw names the demand that a certificate does not meet.
enum class CertificateFlaw : std::uint8_t {
  version,             // not 3, so the certificate does not say what it may be used for
  authority,           // basicConstraints cA, or keyUsage keyCertSign or cRLSign
  critical_extension,  // an unknown one (RFC 5280 §4.2)
  key_usage,           // missing, without signatures, or with more than the profile allows
  extended_key_usage,  // missing, not critical, or for another purpose
  key,                 // of a kind, size or curve that the profile does not allow
  not_yet_valid,       // the certificate itself, or one of its issuers
  expired,
  chain_incomplete,  // no root at its end
  chain,             // an issuer that must not issue this certificate
};

struct CertificateFinding {
  CertificateFlaw flaw{};
  std::string detail;   // one line, English
  std::string subject;  // subject of the certificate that the finding is about
};
using CertificateFindings = std::vector<CertificateFinding>;

// The error code of a flaw: certificate_unsuitable, certificate_expired, certificate_not_yet_valid or
// certificate_chain_incomplete.
[[nodiscard]] ErrorCode code_of(CertificateFlaw flaw) noexcept;
// Succeeds when there is no finding; else fails with the first one, and the others as its causes.
[[nodiscard]] Result<void> refuse_on(const CertificateFindings& findings);

// All flaws of the certificate itself under the profile; its validity period and its chain are not looked at.
[[nodiscard]] CertificateFindings check_certificate(const Certificate& certificate, const CertificateProfile& profile);
// The same check, with a finding as the error certificate_unsuitable.
[[nodiscard]] Result<void> require_profile(const Certificate& certificate, const CertificateProfile& profile);

[[nodiscard]] bool allows(const CertificateProfile& profile, crypto::KeyKind kind) noexcept;

// Checks validity and private key usage period at `now`. Fails with certificate_expired or certificate_not_yet_valid.
[[nodiscard]] Result<void> check_validity(const Certificate& certificate, Instant now);
// The same check, with a finding as its result.
[[nodiscard]] std::optional<CertificateFinding> find_validity_flaw(const Certificate& certificate, Instant now);

// CertificateChain is the chain of a leaf up to its root.
struct CertificateChain {
  std::vector<Certificate> issuers;  // the leaf's issuer first, signatures verified, up to and without the root
  std::optional<Certificate> root;   // self-signed, or one of the configured roots; possibly the leaf itself.
                                     // Nothing: the issuer of the last certificate is missing
};

// Orders `candidates` and `roots` (configured trust anchors; their own signatures are not looked at) as the chain of
// `leaf`. Certificates that do not belong to it are left out. Among several chains one that reaches a root is
// preferred, then the shortest; among certificates of one issuer the one that is valid longest. The order of the
// candidates does not matter. Fails with certificate_unsuitable when issuers are given but none of their keys verifies
// the signature.
[[nodiscard]] Result<CertificateChain> order_chain(const Certificate& leaf, const std::vector<Certificate>& candidates,
                                                   const std::vector<Certificate>& roots = {});
// True for a certificate that is signed by its own key. A root's signature on itself proves nothing, so a signature of
// an algorithm that is not supported (SHA-1, say) counts as one.
[[nodiscard]] bool is_self_signed(const Certificate& certificate);

// The flaws of the chain of `leaf` at `now`: it ends without a root, or with the leaf itself although the leaf is none
// of `roots`; an issuer is out of its validity period (RFC 5280 §4.1.2.5; a root's is not checked, §6.1), has an
// unknown critical extension, or too many CAs below it (§4.2.1.9). Not judged: revocation, name constraints, policies.
[[nodiscard]] CertificateFindings check_chain(const Certificate& leaf, const CertificateChain& chain,
                                              const std::vector<Certificate>& roots, Instant now);

}  // namespace rakkan::pki
