// Subjects of evidence (pki/evidence_table.hpp) of which the service knows before a signature or token exists.
#pragma once

#include <algorithm>
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

// True when the unit of that subject of the table signs no more: its certificate has ended or was revoked.
[[nodiscard]] inline bool is_out_of_use(const pki::EvidenceTable& table, std::size_t subject) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const pki::EvidenceRow& row) {
    return row.subject == subject && row.place == pki::EvidencePlace::subject &&
           (row.verdict == pki::EvidenceVerdict::revoked || row.gap == pki::EvidenceGap::path_refused);
  });
}

// Data about the unit of a timestamp that is being made cannot be newer than it yet, and to wait for them would take
// another timestamp, about whose unit the same is true.
[[nodiscard]] inline pki::FreshnessDemand demand_before(pki::FreshnessDemand demand) noexcept {
  return demand.kind == pki::FreshnessDemand::Kind::after_signature ? pki::FreshnessDemand::cached(kOfAnyAge) : demand;
}

}  // namespace rakkan::service
