// Timestamper gives a signature its timestamp: our own unit in process, or an outside authority. Neither blocks the
// thread that asks.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/fetch/tsa_client.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "rakkan/tsp/tsu.hpp"

namespace rakkan::service {

class InternalTimestamper;
class KeyUse;

// The unit that is expected to sign an authority's next token, with the other certificates of its tokens: evidence
// about it can be in a document before the token is.
struct ExpectedUnit {
  pki::Certificate certificate;
  std::vector<pki::Certificate> others = {};
  bool is_certain = false;  // no other unit can sign; false: an outside authority may have another one by now
};

class Timestamper {
 public:
  virtual ~Timestamper() = default;
  // Obtains a token for that digest, checks it against the request and verifies its signature. `caller` outlives the
  // task.
  [[nodiscard]] virtual async::Task<Result<tsp::TimestampToken>> timestamp(const access::Principal& caller,
                                                                           crypto::Digest digest,
                                                                           async::Deadline deadline) = 0;
  // How many bytes to reserve for a token. A larger token costs a second signature, nothing else.
  [[nodiscard]] virtual std::size_t expected_token_size() const noexcept = 0;
  // Nothing while it is not known: an outside authority that was not asked yet. Another unit may sign all the same.
  [[nodiscard]] virtual std::optional<ExpectedUnit> expected_unit() const { return std::nullopt; }
  // Our own unit, which records in our own journal, and can record more in the same commit; null: an outside authority.
  [[nodiscard]] virtual InternalTimestamper* own_unit() noexcept { return nullptr; }
};

// Changes that have to be durable before a token is made.
struct DurableBefore {
  std::vector<store::RowChange> changes;  // moved away by the call
  bool durable = false;                   // set by the call
};

// The number of bytes to reserve for the next token of an authority whose last one had `token_size` bytes: serial
// numbers, times and signatures vary a little.
[[nodiscard]] std::size_t with_margin(std::size_t token_size) noexcept;

// Timestamps by the internal unit, whose largest token is known beforehand. Each token is in the journal `tokens`,
// durably, before the unit's key is touched; without a journal there is no token (EN 319 421 §7.12).
class InternalTimestamper final : public Timestamper {
 public:
  // The references outlive the timestamper. The credential's key is used on the pool hsm, and its uses are counted.
  InternalTimestamper(std::shared_ptr<tsp::Tsu> unit, std::shared_ptr<const credentials::Credential> credential,
                      audit::TrailWriter& trail, async::BoundedPool& hsm, async::BoundedPool& cpu, RandomSource& random,
                      KeyUse& use) noexcept
      : unit_(std::move(unit)),
        credential_(std::move(credential)),
        trail_(&trail),
        hsm_(&hsm),
        cpu_(&cpu),
        random_(&random),
        use_(&use) {}
  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> timestamp(const access::Principal& caller,
                                                                   crypto::Digest digest,
                                                                   async::Deadline deadline) override;
  [[nodiscard]] std::size_t expected_token_size() const noexcept override;
  [[nodiscard]] std::optional<ExpectedUnit> expected_unit() const override;
  [[nodiscard]] InternalTimestamper* own_unit() noexcept override { return this; }
  // Whether the unit could issue a token now, as far as that is known without one. certificate_expired,
  // certificate_not_yet_valid, credential_disabled, algorithm_not_acceptable.
  [[nodiscard]] Result<void> can_issue(Instant now) const;
  // The same, with changes in the commit of the token's journal entry. They are durable even when the task fails later.
  // `first` outlives the task.
  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> timestamp(const access::Principal& caller,
                                                                   crypto::Digest digest, async::Deadline deadline,
                                                                   DurableBefore& first);

  // Runs the unit's line for a request of the protocol (policy, clock, serial number, journal, key, own check) and
  // returns the token in DER.
  [[nodiscard]] async::Task<Result<Bytes>> issue(const access::Principal& caller, const tsp::TimestampRequest& request,
                                                 async::Deadline deadline, DurableBefore* first = nullptr);

 private:
  std::shared_ptr<tsp::Tsu> unit_;
  std::shared_ptr<const credentials::Credential> credential_;
  audit::TrailWriter* trail_;
  async::BoundedPool* hsm_;
  async::BoundedPool* cpu_;
  RandomSource* random_;
  KeyUse* use_;
};

// OutsideAuthority is one outside authority, whatever its tokens are for: its client, the size of its tokens, which is
// a generous guess at first and then that of the largest one so far, and the unit that signed the last one.
// Thread-safe.
class OutsideAuthority {
 public:
  explicit OutsideAuthority(std::unique_ptr<fetch::TsaClient> client) noexcept : client_(std::move(client)) {}
  [[nodiscard]] fetch::TsaClient& client() noexcept { return *client_; }
  [[nodiscard]] const fetch::TsaClient& client() const noexcept { return *client_; }
  void saw(const tsp::TimestampToken& token);
  [[nodiscard]] std::size_t expected_token_size() const noexcept;
  [[nodiscard]] std::optional<ExpectedUnit> expected_unit() const;

 private:
  std::unique_ptr<fetch::TsaClient> client_;
  std::atomic<std::size_t> largest_seen_{0};
  mutable std::mutex mutex_;
  std::shared_ptr<const tsp::TimestampToken> last_seen_;  // guarded by the mutex
};

// Timestamps by an outside authority for one role, which its errors name. A request that waits takes no thread.
class OutsideTimestamper final : public Timestamper {
 public:
  OutsideTimestamper(std::shared_ptr<OutsideAuthority> authority, std::string role) noexcept
      : authority_(std::move(authority)), role_(std::move(role)) {}
  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> timestamp(const access::Principal& caller,
                                                                   crypto::Digest digest,
                                                                   async::Deadline deadline) override;
  [[nodiscard]] std::size_t expected_token_size() const noexcept override;
  [[nodiscard]] std::optional<ExpectedUnit> expected_unit() const override { return authority_->expected_unit(); }

 private:
  std::shared_ptr<OutsideAuthority> authority_;
  std::string role_;
};

// Timestamps by the first of several authorities that gives a token. Each is given a fair part of the time that is left
// until the deadline, so that one that hangs leaves time for the next. The reserve is that of the largest token that
// any of them may give.
class FailoverTimestamper final : public Timestamper {
 public:
  explicit FailoverTimestamper(std::vector<std::shared_ptr<Timestamper>> authorities) noexcept
      : authorities_(std::move(authorities)) {}
  // When all fail, the error is the last one's, with those before as its causes.
  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> timestamp(const access::Principal& caller,
                                                                   crypto::Digest digest,
                                                                   async::Deadline deadline) override;
  [[nodiscard]] std::size_t expected_token_size() const noexcept override;
  // That of the first authority, which is asked first.
  [[nodiscard]] std::optional<ExpectedUnit> expected_unit() const override;

 private:
  std::vector<std::shared_ptr<Timestamper>> authorities_;
};

}  // namespace rakkan::service
