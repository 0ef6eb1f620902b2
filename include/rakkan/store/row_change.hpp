// RowChange is one change of the store that an entry of the log is about. It is committed in one transaction with its
// entry (Ledger::commit), and nothing else changes these rows: what the log says is so in the store, and the other way
// round, whenever the power goes.
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
#include "rakkan/store/shared_certificate.hpp"

namespace rakkan::store {

// --- Signing ---

struct SignatureRow {
  SignatureId id;
  TenantId tenant;
  CredentialId credential;
  std::uint64_t intent = 0;   // index of its entry in the trail
  std::uint64_t outcome = 0;  // likewise
  Instant created;
  std::string facts;  // JSON: what the answer says beside the bytes; empty: erased
  Bytes tail;         // the bytes behind the document, or the detached CMS; the document itself is never kept
  // Certificates in the tail, to be kept once for all signatures: those that stand where they are said to, without
  // overlapping. Left out is no error, only larger. Empty when the row is read.
  std::vector<CertificateStretch> certificates = {};
};

struct IdempotencyRow {
  TenantId tenant;
  std::string key;
  Bytes fingerprint;
  Instant created;
  SignatureId signature;  // the answer is that signature; empty: the answer is below
  Bytes answer;
};

struct ActivationRow {
  Bytes id;  // SHA-256 of the token
  TenantId tenant;
  CredentialId credential;
  Instant expires;
  std::vector<std::string> digests;  // "SHA-256:<hex>"
  std::vector<std::string> used;     // those of them that signed already; empty when it is added
};

// already_exists when the digest was used; activation_unknown.
struct ActivationUse {
  Bytes id;
  std::string digest;
};

// Nobody can use it any more; what its digests signed already stays. activation_unknown (also another tenant's).
struct ActivationWithdrawal {
  Bytes id;
  TenantId tenant;
};

// --- Administration: rows of the same name are added (already_exists when the id is taken) ---

// The first revocation counts; another one is no failure. api_key_unknown.
struct ApiKeyRevocation {
  ApiKeyId id;
  Instant at;
};

// Sets the certificates and makes it active. credential_unknown, credential_disabled.
struct CredentialActivation {
  CredentialId id;
  std::vector<Bytes> certificates;  // DER, the credential's own first
};

// For good. credential_unknown.
struct CredentialDisabling {
  CredentialId id;
};

// The credential's first PIN. already_exists when it has one; credential_unknown.
struct PinAddition {
  CredentialId credential;
  ActivationSecret secret;
};

// Replaces the secret that equals `expected` and clears the failures. pin_incorrect when another one is there by now.
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

// Empties the records of these entries, and the facts, tail and answers of the signatures that they belong to, and the
// certificates that no other signature has; they are overwritten where they stand (Ledger::purge takes away what the
// database's files still have of them). An entry without a record is no failure.
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
