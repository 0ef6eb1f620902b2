// Revocation acceptance: whether a CRL or an OCSP response may be believed about a certificate, EN 319 102-1 §5.2.5.3
// with RFC 5280 §6.3 and RFC 6960 §3.2, and the choice among several.
#pragma once

#include <cstddef>
#include <optional>

#include "validation/case.hpp"
#include "validation/poe.hpp"

namespace rakkan::validation {

// A certificate in its place in a chain.
struct Place {
  const Chain* chain = nullptr;
  std::size_t index = 0;
};

// The certificate that issued the one at `place`; null when the facts have none.
[[nodiscard]] const CertificateFacts* issuer_of(const Case& facts, const Place& place);

// Judged once for each entry and chain. `depth` counts responders of responders.
[[nodiscard]] const Acceptance& acceptance_of(const Case& facts, const Place& place, const Evidence& evidence,
                                              std::size_t depth = 0);

struct Chosen {
  Evidence evidence;
  const Acceptance* acceptance = nullptr;
};

// The newest acceptable data about the certificate that were made while their signer was good and proven so, else the
// newest acceptable. But a revocation that is for good counts whatever newer data say (RFC 5280 §5.3.1: only a hold can
// be taken back). Nothing: none is acceptable.
[[nodiscard]] std::optional<Chosen> choose_evidence(const Case& facts, const Place& place, const PoeSet& poe,
                                                    std::size_t depth = 0);

// True when the data are proven to have existed while their signer was good.
[[nodiscard]] bool is_proven_in_time(const Chosen& chosen, const PoeSet& poe);

// True for a certificate that needs no revocation data: id-pkix-ocsp-nocheck on a responder (RFC 6960 §4.2.2.2.1),
// noRevAvail (RFC 9608), validity assured short term (EN 319 412-1 §5.2.2).
[[nodiscard]] bool is_exempt(const CertificateFacts& certificate, Role role) noexcept;

}  // namespace rakkan::validation
