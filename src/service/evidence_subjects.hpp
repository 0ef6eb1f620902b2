// Subjects of evidence (pki/evidence_table.hpp) of which the service knows before a signature or token exists.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rakkan/pki/evidence_table.hpp"
#include "rakkan/service/timestamper.hpp"

namespace rakkan::service {

// Before a signature nothing can have been issued after it: data that are current now are enough.
inline constexpr std::chrono::days kOfAnyAge{36'500};

// The signer with that certificate, in the field (empty: none yet).
[[nodiscard]] inline pki::EvidenceSubject signer_subject(const pki::Certificate& certificate,
                                                         const std::vector<pki::Certificate>& chain, std::string field,
                                                         Instant time, pki::FreshnessDemand demand) {
  return {.role = pki::EvidenceRole::signer,
          .label = std::move(field),
          .certificate = certificate,
          .time = time,
          .demand = demand,
          .certificates = chain};
}

// The unit that is expected to sign the next token, as if it did so at `time`.
[[nodiscard]] inline pki::EvidenceSubject expected_subject(pki::EvidenceRole role, ExpectedUnit unit, Instant time,
                                                           pki::FreshnessDemand demand) {
  return {.role = role,
          .certificate = std::move(unit.certificate),
          .time = time,
          .demand = demand,
          .certificates = std::move(unit.others)};
}

}  // namespace rakkan::service
