// RowChange is one change of the store that an entry of the log is about. It is committed in one transaction with its
// entry (Ledger::commit), and nothing else changes these rows: log and store say the same, whenever the power goes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/store/api_key_store.hpp"
#include "rakkan/store/credential_row.hpp"

namespace rakkan::store {

// --- Signing ---

struct SignatureRow {
  SignatureId id;
  TenantId tenant;
  CredentialId credential;
  std::uint64_t intent = 0;   // index of its entry in the trail
  std::uint64_t outcome = 0;  // likewise
  Instant created;
  std::string facts;  // JSON: the members of the answer beside the bytes; empty: erased
  Bytes tail;         // the bytes behind the document, or the detached CMS; the document itself is never kept
};

struct IdempotencyRow {
  TenantId tenant;
  std::string key;
  Bytes fingerprint;
  Instant created;
  SignatureId signature;  // the signature that is the answer; empty: the answer is in `answer`
  Bytes answer;
};

struct ActivationRow {
  Bytes id;  // SHA-256 of the token
  TenantId tenant;
  CredentialId credential;
  Instant expires;
  std::vector<std::string> digests;  // "SHA-256:<hex>"
  std::vector<std::string> used;     // those of `digests` that signed already; empty when the activation is added
};

// Marks one digest of an activation as used. already_exists when it was used before; activation_unknown.
struct ActivationUse {
  Bytes id;
  std::string digest;
};

// Ends an activation: nobody can use it any more; signatures that were made with it stay. activation_unknown (also
// another tenant's).
struct ActivationWithdrawal {
  Bytes id;
  TenantId tenant;
};

// --- Administration: rows of the same name are added (already_exists when the id is taken) ---

// Revokes an API key. The first revocation counts; another one is no failure. api_key_unknown.
struct ApiKeyRevocation {
  ApiKeyId id;
  Instant at;
};

// Sets a credential's certificates and makes it active. credential_unknown, credential_disabled.
struct CredentialActivation {
  CredentialId id;
  std::vector<Bytes> certificates;  // DER, the credential's own first
};

// Disables a credential for good. credential_unknown.
struct CredentialDisabling {
  CredentialId id;
};

// Adds a credential's first PIN. already_exists when it has one; credential_unknown.
struct PinAddition {
  CredentialId credential;
  ActivationSecret secret;
};

// Replaces the secret that equals `expected` and clears the failures. pin_incorrect when the secret was replaced by
// another one meanwhile.
struct PinReplacement {
  CredentialId credential;
  ActivationSecret expected;
  ActivationSecret secret;
};

// An operator's way out of a lock: the count of failures starts afresh, the PIN stays. activation_missing.
struct PinReset {
  CredentialId credential;
  std::optional<TenantId> tenant = {};  // whose failures; nothing: everybody's
};

// Empties the records of these entries, and the facts, tail and answers of the signatures that they belong to; they are
// overwritten where they stand (Ledger::purge takes away what the database's files still have of them). An entry
// without a record is no failure.
struct RecordErasure {
  std::vector<std::uint64_t> indexes;
};

// Sets a fact of the data folder (Ledger::fact), whatever it was before, or takes it away.
struct FactChange {
  std::string name;
  std::optional<std::string> value;
};

using RowChange = std::variant<SignatureRow, IdempotencyRow, ActivationRow, ActivationUse, ActivationWithdrawal,
                               ApiKeyRow, ApiKeyRevocation, CredentialRow, CredentialActivation, CredentialDisabling,
                               PinAddition, PinReplacement, PinReset, RecordErasure, FactChange>;

}  // namespace rakkan::store
