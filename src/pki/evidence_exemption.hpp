// The extensions by which a certificate needs no revocation data, and by which revocation data speak about certificates
// that have ended.
#pragma once

#include <optional>

#include "rakkan/pki/evidence_table.hpp"

namespace rakkan::pki {

// The reason why a certificate in that place needs no revocation data; nothing when it does. A CA always does.
[[nodiscard]] std::optional<EvidenceExemption> exemption_of(const Certificate& certificate, EvidencePlace place);

// ExpiredCertsOnCRL ::= GeneralizedTime (X.509 §9.5.2.8): the list has the certificates that ended since then. Nothing
// when it does not say so.
[[nodiscard]] std::optional<Instant> expired_certificates_since(const CertificateList& list);

}  // namespace rakkan::pki
