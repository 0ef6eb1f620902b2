// Credentials as the store keeps them, with all their keys, and the PINs that activate parties' keys: never the PIN,
// only its hash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::store {

enum class CredentialKind : std::uint8_t { operator_seal, party, tsu };    // 立会人型, 当事者型, timestamps
enum class CredentialStatus : std::uint8_t { pending, active, disabled };  // pending: a key without certificate

[[nodiscard]] std::string_view name(CredentialKind kind) noexcept;  // "operator", "party", "tsu"
[[nodiscard]] std::string_view name(CredentialStatus status) noexcept;
[[nodiscard]] std::optional<CredentialKind> credential_kind_from_name(std::string_view name) noexcept;
[[nodiscard]] std::optional<CredentialStatus> credential_status_from_name(std::string_view name) noexcept;

// One key of a credential, with the certificate that came for it. A rotation adds the next one beside it.
struct GenerationRow {
  std::uint32_t number = 1;
  std::string token_label;
  std::string key_label;
  Bytes key_id;          // CKA_ID
  std::string key_kind;  // crypto::name(KeyKind)
  std::string suite;     // crypto::AlgorithmSuite::name
  Instant created;
  std::optional<Instant> begins;    // when the credential signs with it; nothing while it has no certificate
  std::vector<Bytes> certificates;  // DER, the key's own first; empty while it has none

  friend bool operator==(const GenerationRow&, const GenerationRow&) = default;
};

struct CredentialRow {
  CredentialId id;
  CredentialKind kind{};
  PartyId party;  // whose key it is; empty unless kind is party
  CredentialStatus status{};
  Instant created;
  TenantId tenant{};                            // whose keys alone may use or see it; empty: every tenant's
  std::vector<GenerationRow> generations = {};  // by number
};

// A PIN as it is kept: its hash with everything that is needed to compute the hash again.
struct ActivationSecret {
  Bytes hash;
  Bytes salt;
  std::uint32_t memory_kib = 0;
  std::uint32_t iterations = 0;
  std::uint32_t parallelism = 0;
};

}  // namespace rakkan::store
