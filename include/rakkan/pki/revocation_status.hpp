// RevocationStatus says of one certificate whether it is revoked, what object proves it, who signed that object and of
// which time it speaks. It is made of a CRL or an OCSP response that was verified, never of one that was only parsed.
// There is no clock here: every comparison of times takes the time as an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/ocsp_response.hpp"

namespace rakkan::pki {

enum class RevocationState : std::uint8_t {
  good,
  revoked,
  unknown,  // an OCSP responder that does not know the certificate; no proof of anything
};
[[nodiscard]] std::string_view name(RevocationState state) noexcept;  // "good", "revoked", "unknown"

struct Revocation {
  Instant time;                            // from then on the certificate is revoked
  std::optional<CrlReason> reason;         // absent means unspecified
  std::optional<Instant> invalidity_date;  // RFC 5280 §5.3.2, CRLs only: the key may have been lost then already

  // A certificate on hold may come back (RFC 5280 §5.3.1); every other revocation is for good.
  [[nodiscard]] bool is_hold() const noexcept { return reason == CrlReason::certificate_hold; }
};

// Currency of revocation information at a time (RFC 5280 §6.3.3 a, RFC 6960 §4.2.2.1).
enum class RevocationCurrency : std::uint8_t {
  current,        // thisUpdate is not later, nextUpdate not earlier
  not_yet,        // thisUpdate is later
  out_of_date,    // nextUpdate is earlier: newer information exists by then
  no_next_update  // thisUpdate is not later, and nothing says until when it holds
};

// The time of which a CRL or a response speaks.
struct RevocationTimes {
  Instant this_update;
  std::optional<Instant> next_update;
  std::optional<Instant> produced_at;  // OCSP only: when it was signed

  [[nodiscard]] RevocationCurrency currency_at(Instant time) const noexcept;
  // Freshness (EN 319 102-1 §5.2.5.4): true when the information was issued after `time` less `max_age`. With a maximum
  // age of zero and the best signature time it was issued after the signature, and so proves that the certificate was
  // not revoked when it was made.
  [[nodiscard]] bool is_fresh_at(Instant time, std::chrono::milliseconds max_age) const noexcept;
  // nextUpdate - thisUpdate, the maximum age where a policy sets none; nothing without nextUpdate.
  [[nodiscard]] std::optional<std::chrono::milliseconds> interval() const noexcept;
};

enum class RevocationSource : std::uint8_t { crl, ocsp };

struct RevocationStatus {
  RevocationState state{};
  std::optional<Revocation> revocation = {};  // exactly when revoked
  RevocationTimes times;
  RevocationSource source{};
  crypto::Digest object;  // SHA-256 of the CRL or of the OCSP response as it was given
  Certificate signer;     // its path and, without `no_check`, its revocation are the caller's question
  // OCSP only: by which right the signer signs.
  std::optional<OcspAuthorization> authorization = {};
  bool no_check = false;  // the signer's certificate has id-pkix-ocsp-nocheck
  // RFC 6960 §4.4.4: the responder knows of certificates that ended since then.
  std::optional<Instant> archive_cutoff = {};
  bool cert_hash_matches = false;  // certHash of the response is that of the certificate: it is known to the responder

  // True when the certificate was not revoked at `time` by this information. A revocation counts from its time on, that
  // second included; `unknown` is never good.
  [[nodiscard]] bool is_good_at(Instant time) const noexcept;
};

// The state of `certificate` by a complete CRL, signed by `signer`: the certificate's issuer, or another certificate of
// the same name, whose path the caller has to validate. Fails with revocation_mismatch, revocation_unsupported,
// revocation_signer_unauthorized, signature_invalid or unsupported_algorithm.
[[nodiscard]] Result<RevocationStatus> revocation_status(const CertificateList& list, const Certificate& certificate,
                                                         const Certificate& signer);

// The state of `certificate`, issued by `issuer`, by an OCSP response; `others` are certificates among which its
// responder's may be. Fails with revocation_mismatch when the response is not about it or has another certHash,
// revocation_unsupported for an unknown critical extension, and with the errors of find_responder.
[[nodiscard]] Result<RevocationStatus> revocation_status(const OcspResponse& response, const Certificate& certificate,
                                                         const Certificate& issuer,
                                                         std::span<const Certificate> others = {});

}  // namespace rakkan::pki
