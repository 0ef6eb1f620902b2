// API keys as the store keeps them: never the key, only its hash.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::store {

struct ApiKeyRow {
  ApiKeyId id;  // public; part of the key's text
  TenantId tenant;
  std::string label;                   // for people
  Bytes secret_hash;                   // SHA-256 of the secret part (256 random bits need no slow hash)
  std::vector<std::string> scopes;     // "sign", "timestamp", "audit", "admin", "augment"
  std::vector<std::string> addresses;  // CIDR ranges; empty: from anywhere
  Instant created;
  std::optional<Instant> expires;
  std::optional<Instant> revoked;
  ApiKeyId maker = {};  // the key by which this one was made, and with which it ends; empty: an operator made it
};

// ApiKeyStore reads the keys. They are made and revoked by Ledger::commit, together with the log entry about it.
// Thread-safe; fails with store_unavailable or store_corrupt.
class ApiKeyStore {
 public:
  virtual ~ApiKeyStore() = default;
  [[nodiscard]] virtual Result<std::vector<ApiKeyRow>> api_keys() = 0;  // by creation, revoked ones too
};

}  // namespace rakkan::store
