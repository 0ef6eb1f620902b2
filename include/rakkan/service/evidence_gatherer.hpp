// EvidenceGatherer completes an evidence table (pki/evidence_table.hpp): it asks the servers that the certificates name
// for what is missing, until the table is complete or nothing new can be asked. Independent questions are asked at the
// same time, and none twice. Only what verifies is taken, and kept in the cache. Complete tables are remembered for a
// minute, for the next signature of the same signer.
//
//   EvidenceGatherer gatherer(with);
//   RAKKAN_CO_TRY(GatheredEvidence evidence, co_await gatherer.gather(std::move(request)));
//   RAKKAN_CO_CHECK(evidence.require_complete());
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/async/owner.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/fetch/evidence_client.hpp"
#include "rakkan/fetch/origin.hpp"
#include "rakkan/pki/evidence_table.hpp"

namespace rakkan::pades {
class EncodedStreams;
}

namespace rakkan::service {

class EvidenceMemory;

struct GathererOptions {
  // Responders ("http://ocsp.example") whose requests have a nonce: none may answer with what it made before, and
  // nothing of it is cached.
  fetch::OutsideAddresses nonce_origins = {};
  std::size_t questions = 64;  // to servers, of one gathering
  // How far the clock of a responder may be ahead of ours.
  std::chrono::milliseconds clock_tolerance{60'000};
  // How long to wait when newer data should be there already, or when a server did not answer.
  std::chrono::milliseconds pause{300'000};
  // How long an issuer's certificate stays in the cache, which no server says.
  std::chrono::milliseconds certificate_lifetime{24 * 3'600'000};
};

// All of it outlives the gatherer and its tasks.
struct GathererEnvironment {
  const fetch::EvidenceEnvironment* network = nullptr;  // null: a closed network, in which nobody is asked
  const pki::EvidenceMaterial* folder = nullptr;        // what evidence.folder holds; null: nothing
  async::BoundedPool& cpu;                              // tables are made on it
  const Clock& clock;
  RandomSource& random;  // of nonces
};

struct EvidenceRequest {
  std::vector<pki::EvidenceSubject> subjects;
  pki::EvidenceMaterial material = {};  // that is at hand: of the document
  std::shared_ptr<const pki::TrustStore> trust;
  // Outlives the task.
  const pki::AlgorithmPolicy* algorithms = &pki::AlgorithmPolicy::ts_119_312();
  async::Deadline deadline;
  async::Owner owner = {};
};

// A server that was asked and gave nothing of use.
struct FailedPlace {
  fetch::ExchangePurpose purpose;  // kind, role, subject and issuer
  std::string url;
  Error why;
};

enum class EvidenceState : std::uint8_t {
  complete,
  pending,     // all that is missing is data newer than there are: `ask_again` says when to gather again
  revoked,     // a certificate was revoked when the signature was made
  incomplete,  // nothing more can be asked
};
[[nodiscard]] std::string_view to_string(EvidenceState state) noexcept;  // "pending"

struct GatheredEvidence {
  pki::EvidenceTable table;
  pki::EvidenceMaterial material;         // to which the table's indices belong
  Instant time;                           // at which the table was made
  std::vector<FailedPlace> failed;        // in the order in which they failed
  std::size_t asked = 0;                  // servers
  std::size_t from_cache = 0;             // answers that the cache gave
  std::optional<Instant> ask_again = {};  // exactly when pending; later than `time`
  // The part of the material that a document needs, encoded; null when the evidence was not remembered.
  std::shared_ptr<const pades::EncodedStreams> encoded = nullptr;

  [[nodiscard]] EvidenceState state() const noexcept;
  // Fails with certificate_revoked, with evidence_pending (retry_after), or with evidence_incomplete. The detail names
  // role, subject and issuer of the first certificate; the causes are the others, the servers that failed, with their
  // URLs, and the evidence in the document that cannot be read, with its place.
  [[nodiscard]] Result<void> require_complete() const;
  // The servers that failed: [{"kind":"ocsp","role":…,"subject":…,"issuer":…,"url":…,"code":…,"detail":…}, …]
  [[nodiscard]] std::string failed_json() const;
};

class EvidenceGatherer {
 public:
  explicit EvidenceGatherer(GathererEnvironment with, GathererOptions options = {});
  ~EvidenceGatherer();

  // Fails with what the pool says (overloaded, shutting_down, deadline_exceeded) and with certificate_path_limit;
  // servers that fail are in the result. Thread-safe. The gatherer outlives the task.
  [[nodiscard]] async::Task<Result<GatheredEvidence>> gather(EvidenceRequest request) const;

  // Forgets what it remembers beside the cache; or as much of that as answers nobody any more.
  void forget() const;
  void forget_expired() const;

 private:
  GathererEnvironment with_;
  GathererOptions options_;
  std::unique_ptr<EvidenceMemory> memory_;
};

}  // namespace rakkan::service
