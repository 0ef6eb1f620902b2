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
  std::string facts;  // JSON: the members of the answer beside the bytes; empty: erased
  Bytes tail;         // the bytes behind the document, or the detached CMS; the document itself is never kept
  // The certificates in the tail, in their order, which the store keeps once for all signatures. A stretch that
  // overlaps the one before, or where its certificate does not stand, stays in the tail. Empty when the row is read.
  std::vector<CertificateStretch> certificates = {};
};

// A signature whose value exists and that still lacks something, a timestamp say. It is kept from before that is asked
// for until its outcome, so that nothing that fails in between costs another use of the key. Its rows are reused.
struct KeptSignatureRow {
  SignatureId id;
  TenantId tenant;
  CredentialId credential;
  std::uint64_t intent = 0;     // index of its entry in the trail
  Instant created;              // when it was kept
  std::string level;            // asked for: "B-T"
  std::string missing;          // "timestamp"
  std::string source;           // where that is sought: a TSA profile; empty: the default
  std::string idempotency_key;  // of the answer that names it (IdempotencyRow); empty: none
  Bytes content;                // everything that finishing it needs, in a form of the service
  // Those of its CMS, the signer's own first; kept once for all signatures. At most 255.
  std::vector<std::shared_ptr<const SharedCertificate>> certificates;
};

// Ends the keeping, and overwrites the row where it stands. signature_unknown when nothing is kept of the signature
// (any more): its outcome was recorded by another, or it was erased.
struct KeptSignatureRelease {
  SignatureId id;
  bool made = false;  // false: nobody will see the signature, and the answer that names it goes as well
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

// Sets the certificates of one generation and the time from which it is used, and makes the credential active.
// credential_unknown (also for an unknown generation), credential_disabled.
struct CredentialActivation {
  CredentialId id;
  std::vector<Bytes> certificates;  // DER, the key's own first
  std::uint32_t generation = 1;
  Instant begins = {};
};

// Adds a generation to a credential; the generation `replaces`, which was never used, is removed. already_exists when
// the number is taken; credential_unknown, credential_disabled.
struct GenerationAddition {
  CredentialId id;
  GenerationRow row;
  std::optional<std::uint32_t> replaces = {};
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

// Keeps an operator's single-use code by which a party sets its PIN. The code takes the place of an earlier one, and
// the count of wrong codes starts afresh. credential_unknown.
struct PinCodeIssue {
  CredentialId credential;
  Bytes hash;  // SHA-256 of the code (credentials/pin_code.hpp)
  Instant expires;
};

// Ends the credential's code: nobody can use it any more. pin_code_unknown when no code is open.
struct PinCodeWithdrawal {
  CredentialId credential;
};

// Sets the credential's PIN, the first one or a new one, by its code: the code is used up, the failures are cleared,
// and the activations of the PIN before are withdrawn. pin_code_unknown when the code was used or replaced meanwhile.
struct PinEnrolment {
  CredentialId credential;
  Bytes code_hash;
  ActivationSecret secret;
};

// Changes nothing: the commit is refused when this is not the credential's PIN any more. pin_incorrect.
struct PinStanding {
  CredentialId credential;
  Bytes hash;
  Bytes salt;
};

// An operator's way out of a lock: the count of failures starts afresh, the PIN stays. pin_not_set.
struct PinReset {
  CredentialId credential;
  std::optional<TenantId> tenant = {};  // whose failures; nothing: everybody's
};

// Empties the records of these entries, and the facts, tail and answers of the signatures that they belong to, and the
// certificates that no other signature has, and what is kept of a signature of such an intent; they are overwritten
// where they stand (Ledger::purge takes away what the database's files still have of them). An entry without a record
// is no failure.
struct RecordErasure {
  std::vector<std::uint64_t> indexes;
};

// Sets a fact of the data folder (Ledger::fact), whatever it was before, or takes it away.
struct FactChange {
  std::string name;
  std::optional<std::string> value;
};

using RowChange =
    std::variant<SignatureRow, KeptSignatureRow, KeptSignatureRelease, IdempotencyRow, ActivationRow, ActivationUse,
                 ActivationWithdrawal, ApiKeyRow, ApiKeyRevocation, CredentialRow, CredentialActivation,
                 GenerationAddition, CredentialDisabling, PinAddition, PinReplacement, PinCodeIssue, PinCodeWithdrawal,
                 PinEnrolment, PinStanding, PinReset, RecordErasure, FactChange>;

}  // namespace rakkan::store
