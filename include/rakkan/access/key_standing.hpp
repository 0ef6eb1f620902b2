// KeyStanding is what may change about an API key after its caller was recognised: it is revoked, or its time ends. All
// principals of a key share one, and whoever records something in a key's name asks it again as the entry's condition:
// a batch that was begun, or a body on its way, ends with the key.
#pragma once

#include <atomic>
#include <optional>

#include "rakkan/audit/trail.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::access {

class KeyStanding final : public audit::Condition {
 public:
  KeyStanding(ApiKeyId id, std::optional<Instant> expires, bool revoked)
      : id_(std::move(id)), expires_(expires), revoked_(revoked) {}

  [[nodiscard]] const ApiKeyId& id() const noexcept { return id_; }
  // api_key_expired. Thread-safe, as the rest; an atomic load and a comparison.
  [[nodiscard]] Result<void> holds(Instant at) const override;

  // Before the revocation is recorded: what is recorded behind it finds the key revoked. A revocation that fails is
  // taken back.
  void revoke() noexcept { revoked_.store(true); }
  void take_back_revocation() noexcept { revoked_.store(false); }

 private:
  const ApiKeyId id_;
  const std::optional<Instant> expires_;
  std::atomic<bool> revoked_;
};

}  // namespace rakkan::access
