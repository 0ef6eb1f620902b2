// The evidence table as JSON, for answers, for reports and for a court: it says the same for the same facts, whatever
// the order in which they were given. Objects are named by their SHA-256, times are in RFC 3339.
//
//   {"complete":true,"revoked":false,"subjects":[{"role":"signer","label":"Signature1","certificate":{…},
//     "best_signature_time":"…","demand":{"kind":"cached","milliseconds":86400000},"anchor":{…},
//     "rows":[{"place":"subject","certificate":{…},"time":"…","verdict":"proven","status":{…}}, …]}]}
//
// Members that do not apply are left out. `serves` of a row is the index of a row of the same subject.
#pragma once

#include <span>
#include <string>

#include "rakkan/pki/evidence_outlook.hpp"
#include "rakkan/pki/evidence_table.hpp"

namespace rakkan::pki {

[[nodiscard]] std::string to_json(const EvidenceTable& table);
[[nodiscard]] std::string to_json(const Renewal& renewal);
// `table` is the one of which the prediction was made.
[[nodiscard]] std::string to_json(const LtvPrediction& prediction, const EvidenceTable& table);
// [{"where":"signature Signature1, adbe-revocationInfoArchival, CRL 2","code":"malformed-crl","detail":"…"}, …]
[[nodiscard]] std::string to_json(std::span<const UnreadableEvidence> unreadable);

}  // namespace rakkan::pki
