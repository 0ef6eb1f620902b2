// ServiceState shows an operator the state of a service that runs: whether it is ready, which flaws are to be mended,
// how busy its pools and keys are. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/error.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/fetch/evidence_cache.hpp"
#include "rakkan/fetch/exchange.hpp"

namespace rakkan::service {

// A certificate in use, for metrics and warnings.
struct CertificateLife {
  CredentialId credential;
  Instant not_after;
  std::chrono::days left;                                // until it expires; negative afterwards
  std::optional<Instant> next_not_after = std::nullopt;  // of the next key's certificate, while it waits for its time
};

class ServiceState {
 public:
  struct Seen;  // the parts of the service that it looks at
  explicit ServiceState(std::unique_ptr<const Seen> seen) noexcept;
  ~ServiceState();

  // Everything that is wrong right now; empty: ready. May touch tokens that are in trouble, on the hsm pool.
  [[nodiscard]] async::Task<std::vector<Error>> readiness() const;
  // Flaws that do not hinder signing and should not stay: certificates that are not as their profile wants. Answers
  // from memory.
  [[nodiscard]] std::vector<Error> warnings() const;
  // The active credentials' certificates, from memory.
  [[nodiscard]] std::vector<CertificateLife> certificates() const;

  struct KeyUses {  // counted since the start
    std::uint64_t signatures = 0;
    std::uint64_t failures = 0;
    std::chrono::nanoseconds signing{0};  // the time that all uses took together
    std::chrono::nanoseconds waited{0};   // the time that all waited together for a thread that may use the keys
  };
  struct Pending {  // signatures that have their value and lack something else
    std::uint64_t waiting = 0;
    std::uint64_t working = 0;    // somebody completes them right now
    std::uint64_t finished = 0;   // completed since the start
    std::uint64_t abandoned = 0;  // given up since the start
  };
  struct Load {
    std::vector<std::pair<std::string, async::BoundedPool::Load>> pools;  // by name
    KeyUses documents;                                                    // uses of operators' and parties' keys
    KeyUses unit;                                                         // uses of the time-stamping unit's key
    std::vector<std::pair<ErrorCode, std::uint64_t>> rejections;          // of timestamp requests, since the start
    Pending pending;
  };
  [[nodiscard]] Load load() const;
  struct EvidenceCache {
    fetch::CacheLoad load;
    std::uint64_t unwritten = 0;       // changes that are not in the store yet
    std::uint64_t write_failures = 0;  // batches of changes that the store did not take, since the start
  };
  struct Outside {  // requests to other servers
    fetch::ExchangeLoop::Load exchanges;
    std::vector<std::pair<std::string, std::uint64_t>> budgets;  // requests left, by TSA profile
    EvidenceCache cache;
  };
  [[nodiscard]] Outside outside() const;
  struct Waits {  // how long the oldest waiting job of each pool has waited
    std::chrono::nanoseconds cpu, hsm, pin, store;
  };
  // Takes no lock.
  [[nodiscard]] Waits waits() const noexcept;

 private:
  std::unique_ptr<const Seen> seen_;
};

}  // namespace rakkan::service
