// Step 11 of the signing line (docs/architecture.md): a document whose signatures are intact is brought to B-T, B-LT or
// B-LTA by document timestamps and validation data, each an update of its own. Signatures of ours pass through it, and
// documents that others signed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pades/augmentation.hpp"
#include "rakkan/pades/baseline_level.hpp"
#include "rakkan/pki/evidence_material.hpp"
#include "rakkan/pki/evidence_outlook.hpp"
#include "rakkan/pki/evidence_table.hpp"
#include "rakkan/service/assembly.hpp"
#include "rakkan/service/evidence_gatherer.hpp"
#include "rakkan/service/signing_line.hpp"

namespace rakkan::service {

class DocumentWork;
class Timestampers;

// The parts that raising works with; they outlive its tasks.
struct LevelRaising {
  const EvidenceGatherer& evidence;
  Timestampers& timestampers;
  DocumentWork& documents;
  const Clock& clock;
  RandomSource& random;
  const SharedTrust& trust;
  std::chrono::milliseconds renewal_margin;
};

struct WantedLevel {
  pades::BaselineLevel level{};
  // The signatures and timestamps that are to be proven. The time of those in `undated` is not known: that of the first
  // document timestamp becomes theirs.
  std::vector<pki::EvidenceSubject> subjects;
  std::vector<std::size_t> undated;     // indices into `subjects`
  pki::EvidenceMaterial material = {};  // that is at hand
  pki::FreshnessDemand demand = {};     // of the units of the timestamps that are added
  std::string tsa = {};                 // the profile of document timestamps; empty: the list of the role archive
};

struct RaisedLevel {
  std::vector<TokenFacts> timestamps = {};        // document timestamps that were added
  std::optional<GatheredEvidence> evidence = {};  // at B-LT and B-LTA; complete
  std::optional<pki::Renewal> renewal = {};       // by when the newest timestamp needs another one
  std::optional<pki::LtvPrediction> ltv = {};     // with the data that were added
};

// Appends to the augmentation, whose document holds the signatures, what the level needs:
//
//   B-T    a document timestamp, when a signature has no time;
//   B-LT   the same, then validation data about every subject, and about that timestamp's unit;
//   B-LTA  the same with the data about the archive timestamp's unit, as far as it is known beforehand, then that
//          timestamp; and further data when another unit has signed it than was expected.
//
// The result has the level, or the task fails: with certificate_revoked, evidence_incomplete, evidence_pending
// (EvidenceGatherer), the codes of timestamps (Timestamper), docmdp_acrobat, validation_data_too_large, or as the
// reader of the document does. Updates that were appended before a failure are to be thrown away. The arguments outlive
// the task.
[[nodiscard]] async::Task<Result<RaisedLevel>> raise_level(const LevelRaising& with, pades::Augmentation& document,
                                                           WantedLevel wanted, const access::Principal& caller,
                                                           async::Deadline deadline);

}  // namespace rakkan::service
