// KeyStanding is the part of an API key that may change after its caller was recognised: the key is revoked, or its
// time ends. All principals of a key share one. It is asked again as the condition of each entry that is recorded in
// the key's name: a batch that was begun, or a body on its way, ends with the key.
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
  // api_key_expired, when the key has ended. Thread-safe, like the other functions; an atomic load and a comparison.
  [[nodiscard]] Result<void> holds(Instant at) const override;

  // revoke() is called before the revocation is recorded: every entry behind it finds the key revoked. A revocation
  // that could not be recorded is taken back.
  void revoke() noexcept { revoked_.store(true); }
  void take_back_revocation() noexcept { revoked_.store(false); }

 private:
  const ApiKeyId id_;
  const std::optional<Instant> expires_;
  std::atomic<bool> revoked_;
};

}  // namespace rakkan::access
