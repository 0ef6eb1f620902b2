// ApiKeys recognises callers by their API keys. A key belongs to a tenant and allows the acts that its scopes name; its
// text is shown once, when it is made, and only a hash is kept.
//
//   rkn_<id: 16 digits and letters>_<secret: 32 random bytes, base64url>
//
// Callers are recognised from an immutable snapshot in memory that is swapped whole: no store, no lock held across the
// comparison, and the same work for an unknown key as for a known one.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/access/refusals.hpp"
#include "rakkan/base/ip_address.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/store/api_key_store.hpp"

namespace rakkan::access {

enum class Scope : std::uint8_t { sign, timestamp, audit, admin, augment };
inline constexpr Scope kScopes[] = {Scope::sign, Scope::timestamp, Scope::audit, Scope::admin, Scope::augment};

[[nodiscard]] std::string_view name(Scope scope) noexcept;
[[nodiscard]] std::optional<Scope> scope_from_name(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string> scope_names();  // of all scopes

class ScopeSet {
 public:
  constexpr ScopeSet() noexcept = default;
  constexpr ScopeSet(std::initializer_list<Scope> scopes) noexcept {
    for (const Scope scope : scopes) {
      add(scope);
    }
  }
  constexpr void add(Scope scope) noexcept { bits_ |= bit(scope); }
  [[nodiscard]] constexpr bool has(Scope scope) const noexcept { return (bits_ & bit(scope)) != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] std::vector<std::string> names() const;
  friend bool operator==(const ScopeSet&, const ScopeSet&) = default;

 private:
  static constexpr std::uint8_t bit(Scope scope) noexcept {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(scope));
  }
  std::uint8_t bits_ = 0;
};

struct NewApiKey {
  TenantId tenant;                     // 1 to 32 of [a-z0-9._-], starting with a letter or digit
  std::string label;                   // for people; 1 to 100 bytes without control characters
  ScopeSet scopes;                     // at least one
  std::vector<std::string> addresses;  // CIDR ranges; none: from anywhere
  std::optional<Instant> expires;
};

struct ApiKey {
  ApiKeyId id;
  TenantId tenant;
  std::string label;
  ScopeSet scopes;
  std::vector<std::string> addresses;
  Instant created;
  std::optional<Instant> expires;
  std::optional<Instant> revoked;
  ApiKeyId maker = {};  // the key that made this one; empty: the operator did
};

struct CreatedApiKey {
  ApiKey key;
  SecureBytes text;  // shown to its owner, kept nowhere
};

struct Caller {
  Principal principal;  // "key:<id>" of the key's tenant
  ApiKeyId key;
  ScopeSet scopes;
};

class ApiKeys {
 public:
  // Reads the keys. The references outlive the ApiKeys. store_unavailable, store_corrupt.
  [[nodiscard]] static Result<std::unique_ptr<ApiKeys>> open(store::ApiKeyStore& store, Recorder record,
                                                             const Clock& clock, RandomSource& random);

  // Makes a key, in one transaction with its entry in the trail (key.created, with `by`); durable when it returns;
  // blocks. invalid_argument with the member in `where`; audit_unavailable, store_unavailable. A key that is made by a
  // key has at most the maker's scopes, addresses and time (members that are left out are the maker's): else
  // key_exceeds_maker with the member. api_key_expired when `by` ended meanwhile.
  [[nodiscard]] Result<CreatedApiKey> create(const Principal& by, const NewApiKey& wanted);
  // Revokes a key, with its entry (key.revoked). When it returns, the key is refused, together with all keys that it
  // made and that those made, and so are requests under way in their names: none of them records anything behind the
  // revocation's entry. Revoking again is harmless. Errors as of create(), and api_key_unknown.
  [[nodiscard]] Result<ApiKey> revoke(const Principal& by, const ApiKeyId& id);
  [[nodiscard]] std::vector<ApiKey> list() const;  // by creation, with revoked and expired keys
  // api_key_unknown
  [[nodiscard]] Result<ApiKey> find(const ApiKeyId& id) const;

  // Recognises the caller by a key's text, at this address and time. api_key_unknown (also when the text is no key at
  // all), api_key_expired (or revoked), address_not_allowed. Thread-safe, quick, writes nothing.
  [[nodiscard]] Result<Caller> authenticate(std::string_view text, const IpAddress& peer, Instant now) const;
  // The key of a text whose secret is right, whether it authenticates or not: for the record of a refusal.
  [[nodiscard]] std::optional<ApiKey> identify(std::string_view text) const;

 private:
  struct Snapshot;
  ApiKeys(store::ApiKeyStore& store, Recorder record, const Clock& clock, RandomSource& random);
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;
  void show(std::shared_ptr<const Snapshot> fresh);
  [[nodiscard]] Result<void> load();
  // Commits the change and its entry in one transaction.
  [[nodiscard]] Result<void> commit(audit::Submission submission);

  store::ApiKeyStore* store_;
  Recorder record_;
  const Clock* clock_;
  RandomSource* random_;
  std::mutex change_mutex_;            // one change at a time
  mutable std::mutex snapshot_mutex_;  // held for the copy of a pointer
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace rakkan::access
