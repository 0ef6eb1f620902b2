// The future of a document by its evidence table: until when its newest timestamp has to be covered by another one, and
// whether Acrobat would call its signatures "LTV enabled".
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/pki/evidence_table.hpp"
#include "rakkan/pki/renewal.hpp"

namespace rakkan::pki {

// When the newest document timestamp has to be renewed; without one, the first of the signature timestamps that has to
// be. Of each unit: the end of its certificate, the algorithms of EvidenceSubject::algorithms and of its path, the end
// of a CA above it (afterwards nobody can say any more whether it was revoked), the sunset of its anchor. Nothing when
// there is no timestamp, or when that timestamp has no path, and so proves nothing.
[[nodiscard]] std::optional<Renewal> renewal_of(const EvidenceTable& table, const AlgorithmPolicy& policy,
                                                std::chrono::milliseconds margin);

// The reason why Acrobat would not say "LTV enabled".
enum class LtvObstacle : std::uint8_t {
  not_proven,                // the row is not proven, or the certificate is revoked
  certificate_not_embedded,  // the certificate is not in the document
  revocation_not_embedded,   // the CRL or OCSP response is not
  exemption_not_known,       // Acrobat asks for the status of what noRevAvail or a short-term assurance exempts
  anchor_is_no_root,         // Acrobat wants the chain up to a root
};
[[nodiscard]] std::string_view to_string(LtvObstacle obstacle) noexcept;  // "revocation-not-embedded"

struct LtvPiece {
  std::size_t row = 0;  // index into EvidenceTable::rows
  LtvObstacle obstacle{};
  std::string detail;  // one line, English: the certificate by role and name, and what is missing
};

struct LtvPrediction {
  std::vector<LtvPiece> missing;
  [[nodiscard]] bool enabled() const noexcept { return missing.empty(); }
};

enum class LtvAssumption : std::uint8_t {
  as_it_is,            // only what came from the document is in it
  with_used_material,  // EvidenceTable::used() is written into it first
};

// Predicts it by the rule that Adobe gave: everything that validation needs, minus roots, is in the document, for the
// signatures and for every timestamp: each certificate below the root with its CRL or OCSP response, those of
// responders and CRL issuers too, unless a responder has id-pkix-ocsp-nocheck. Acrobat also judges by its own list of
// trusted roots, which nobody else knows.
[[nodiscard]] LtvPrediction predict_ltv(const EvidenceTable& table, LtvAssumption assumption);

}  // namespace rakkan::pki
