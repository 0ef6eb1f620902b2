// EvidenceMemory remembers complete gatherings for a minute: the next signature of the same signer by the same units
// reads nothing and verifies nothing again. It answers as a gathering would: its table holds at the beginning and at
// the end of that minute by the same proofs, every condition of a table is an interval of its times
// (evidence_table.hpp), and the cache still holds the very answers of which it was made. Thread-safe.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/fetch/evidence_cache.hpp"
#include "rakkan/pki/evidence_table.hpp"
#include "rakkan/pki/signature_checks.hpp"
#include "rakkan/service/evidence_gatherer.hpp"

namespace rakkan::service {

// An answer that a gathering took, and its place in the cache. One that the cache does not hold is never found again.
struct TakenAnswer {
  std::string key;
  std::shared_ptr<const Bytes> bytes;
};

struct RememberedEvidence {
  GatheredEvidence evidence;  // complete
  std::vector<TakenAnswer> answers;
  // Held here so that no other one gets its address, by which requests are told apart.
  std::shared_ptr<const pki::TrustStore> trust;
};

class EvidenceMemory {
 public:
  static constexpr std::chrono::milliseconds kSpan{60'000};

  // The part of a request that has to be the same in another one for the same answer; nothing for a request that is not
  // remembered: with material of its own, or that waits for data that do not exist yet.
  [[nodiscard]] static std::optional<std::string> key_of(const EvidenceRequest& request);
  // Whether a table says the same at the end of the span as the other one at its beginning.
  [[nodiscard]] static bool lasts(const pki::EvidenceTable& at_first, const pki::EvidenceTable& at_last);

  // The gathering of that key, for the times of this request. `cache` may be null, as that of a closed network.
  [[nodiscard]] std::optional<GatheredEvidence> find(const std::string& key, const EvidenceRequest& request,
                                                     Instant now, fetch::EvidenceCache* cache);
  // True when the key was asked for before: what comes once is not worth another table.
  [[nodiscard]] bool wants(const std::string& key);
  // Not for large material, which would be kept beside the cache.
  void keep(const std::string& key, RememberedEvidence remembered);
  void forget();                     // it names persons
  void forget_expired(Instant now);  // all that answers nobody any more

  // Of certificates, for every table.
  [[nodiscard]] pki::VerifiedSignatures& signatures() noexcept { return signatures_; }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const RememberedEvidence> remembered;  // null: the key was asked for once
  };
  using Entries = std::list<Entry>;  // the one that was asked for last in front
  void put(const std::string& key, std::shared_ptr<const RememberedEvidence> remembered);

  std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_key_;
  pki::VerifiedSignatures signatures_;
};

}  // namespace rakkan::service
