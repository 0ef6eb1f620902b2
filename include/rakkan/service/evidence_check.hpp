// EvidenceCheck says for each credential and each timestamp unit what its signatures could be brought to now: it asks
// for the evidence that a signature at B-LTA would need, without a document and without the document's key. The result
// of SigningService::check_evidence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/base/error.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/pades/baseline_level.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/evidence_table.hpp"
#include "rakkan/service/options.hpp"

namespace rakkan::service {

// The certificate of a signer or unit, and the evidence about it.
struct CheckedCertificate {
  std::optional<pki::Certificate> certificate = {};  // nothing: it could not be had, and `missing` says why
  std::optional<pki::EvidenceTable> table = {};      // of this one subject; nothing: it was not reached
  std::optional<Error> missing = {};                 // nothing: the evidence is complete
};

// A timestamp unit as a role uses it: the one that signs the next token of that profile.
struct CheckedUnit {
  std::string profile;
  TsaRole role{};
  CheckedCertificate found = {};
};

struct CheckedCredential {
  CredentialId id;
  CheckedCertificate found = {};
  // The highest level that a signature of this credential would have now; nothing: it cannot sign. Below B-LTA either
  // `found.missing` says why, or the first unit of a role does.
  std::optional<pades::BaselineLevel> reaches = {};
  // The evidence has to be newer than the signature (evidence.freshness = after_signature): B-LT and B-LTA come later.
  bool waits = false;
};

struct EvidenceCheck {
  Instant time;
  std::vector<CheckedUnit> units;              // of the role signature, then of the role archive, as they are asked
  std::vector<CheckedCredential> credentials;  // those that can sign, in order of their ids

  // Every credential reaches B-LTA, and every unit is proven.
  [[nodiscard]] bool complete() const noexcept;
};

struct CheckEvidenceCommand {
  access::Principal principal;
  std::optional<async::Deadline> deadline = {};
};

}  // namespace rakkan::service
