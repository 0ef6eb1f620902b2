// Step 11 of the signing line for a signature of ours that is at B-T: B-LT and B-LTA. The document is needed as its
// caller brought it, and the tail that steps 2 to 10 made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/pades/baseline_level.hpp"
#include "rakkan/pades/hashed_document.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/timestamper.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "service/raise_level.hpp"

namespace rakkan::service {

// The parts of step 11; they outlive its tasks.
struct LongTermMaking {
  const LevelRaising& raising;
  const EvidenceOptions& options;
};

[[nodiscard]] pki::FreshnessDemand demand_of(const EvidenceFreshness& freshness) noexcept;

// The signer of a signature whose credential and level are known.
struct LongTermSigner {
  const CredentialId& credential;
  pades::BaselineLevel level{};
  const pki::Certificate& certificate;
  const std::vector<pki::Certificate>& chain;
};

// Before the key is touched: succeeds when the evidence that step 11 needs can be had now, so that nothing foreseeable
// fails when the signature is made. It is in the cache afterwards. `unit`: of the signature timestamp, as far as it is
// known. Fails as raise_level. The arguments outlive the task.
[[nodiscard]] async::Task<Result<void>> require_evidence(const LongTermMaking& with, LongTermSigner signer,
                                                         std::optional<ExpectedUnit> unit,
                                                         const access::Principal& caller, async::Deadline deadline);

struct LongTermSignature {
  Bytes tail;  // steps 2 to 11
  RaisedLevel raised;
};
// Raises the signature in `field`, which `tail` appends to the document. `token` is its timestamp, `unit` the one that
// was expected to give it, if any was. Fails as raise_level. The arguments outlive the task.
[[nodiscard]] async::Task<Result<LongTermSignature>> make_long_term(const LongTermMaking& with, LongTermSigner signer,
                                                                    const pades::HashedDocument& document, Bytes tail,
                                                                    std::string field, const tsp::TimestampToken& token,
                                                                    std::optional<ExpectedUnit> unit,
                                                                    const access::Principal& caller,
                                                                    async::Deadline deadline);

}  // namespace rakkan::service
