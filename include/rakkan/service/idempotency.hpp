// Idempotency makes a request with an Idempotency-Key happen once (draft-ietf-httpapi-idempotency-key-header-07): the
// first one works, one that comes meanwhile is told so, a later one gets the same answer. The answer becomes durable in
// the signature's own commit (IdempotencyClaim of a command), so there is no moment in which one exists without the
// other.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/store/ledger.hpp"

namespace rakkan::service {

// Checks the value of an Idempotency-Key header field, which is 1 to 255 printable ASCII characters (0x20 to 0x7E), and
// returns it as it is. invalid_request.
[[nodiscard]] Result<std::string> parse_idempotency_key(std::string_view header);

class Idempotency {
 public:
  // Reads the secret of fingerprints, and makes one when the store has none. Answers are kept for `kept`. The
  // references outlive the Idempotency. store_unavailable, store_corrupt, internal.
  [[nodiscard]] static Result<std::unique_ptr<Idempotency>> open(store::Ledger& ledger, const Clock& clock,
                                                                 RandomSource& random, std::chrono::seconds kept);

  // HMAC-SHA-256 over the parts and their borders: method, route, parameters in their canonical form without PIN or
  // token, document digest. It is keyed with a secret, so that a stored fingerprint does not confirm a guess of the
  // parameters.
  [[nodiscard]] Bytes fingerprint(std::initializer_list<std::string_view> parts) const;

  // Permit is the right to be the one request that works for its key; its destructor gives the right back. The
  // Idempotency outlives it.
  class Permit {
   public:
    Permit(Permit&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), place_(std::move(other.place_)) {}
    Permit& operator=(Permit&&) = delete;
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;
    ~Permit();

   private:
    friend class Idempotency;
    Permit(Idempotency& owner, std::pair<TenantId, std::string> place) : owner_(&owner), place_(std::move(place)) {}
    Idempotency* owner_;
    std::pair<TenantId, std::string> place_;
  };

  using Replay = store::IdempotencyRow;
  using Claim = std::variant<Permit, Replay>;

  // A Permit for the first request with this key, the kept answer (Replay) for a later one. idempotency_in_flight (with
  // retry_after), idempotency_key_reused, store_unavailable. Reads the store: not on an I/O thread. Thread-safe.
  [[nodiscard]] Result<Claim> claim(const TenantId& tenant, const std::string& key, ByteView fingerprint);

  // Keeps an answer that no signature's commit keeps (a timestamp's). Durable when it returns; blocks. already_exists.
  [[nodiscard]] Result<void> keep(const store::IdempotencyRow& row);

  // Forgets the answers older than `kept`, and activations that have been over for longer than any request may hold a
  // claim on them. Blocks; called by a timer.
  [[nodiscard]] Result<void> forget();

 private:
  Idempotency(store::Ledger& ledger, const Clock& clock, SecureBytes secret, std::chrono::seconds kept);

  store::Ledger* ledger_;
  const Clock* clock_;
  SecureBytes secret_;
  std::chrono::seconds kept_;
  std::mutex mutex_;
  std::set<std::pair<TenantId, std::string>> in_flight_;
};

}  // namespace rakkan::service
