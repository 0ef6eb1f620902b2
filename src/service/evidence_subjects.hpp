// Subjects of evidence (pki/evidence_table.hpp): signers and units that the service knows before a signature or token
// exists, and those of tokens that it was given.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/cms/signed_data.hpp"
#include "rakkan/pki/evidence_table.hpp"
#include "rakkan/service/timestamper.hpp"
#include "rakkan/tsp/token_algorithms.hpp"

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

// The unit that made a token, at the token's time. Of a token of the unit that alone could make it nothing is read
// again.
[[nodiscard]] inline Result<pki::EvidenceSubject> token_subject(pki::EvidenceRole role,
                                                                const tsp::TimestampToken& token,
                                                                std::optional<ExpectedUnit> expected, std::string label,
                                                                pki::FreshnessDemand demand) {
  if (!expected || !expected->is_certain) {
    RAKKAN_TRY(pki::Certificate unit, token.unit_certificate(cms::CertificateBinding::signer_identifier));
    expected = ExpectedUnit{std::move(unit), cms::readable_certificates(token.signed_data())};
  }
  auto algorithms = tsp::algorithms_of(token, expected->certificate, pki::AlgorithmPolicy::ts_119_312());
  return pki::EvidenceSubject{.role = role,
                              .label = std::move(label),
                              .certificate = std::move(expected->certificate),
                              .time = token.info().generation_time,
                              .demand = demand,
                              .certificates = std::move(expected->others),
                              .algorithms = std::move(algorithms)};
}

}  // namespace rakkan::service
