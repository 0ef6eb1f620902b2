// Ledger is the part of the store that signing writes: log entries on their way to the log files, the records behind
// them, signatures, answers to repeat, activations. One commit() is one transaction with one sync; who answers a caller
// after it has lost nothing.
//
// The ledger is the log's write-ahead: an entry is durable with its record in one commit, goes to the log files after
// it, and leaves the ledger (release_entries) when those files are synced. A crash in between is repaired from here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::store {

// trail: signatures, activations, keys, refusals, administration. tokens: every timestamp token of our own unit.
enum class Journal : std::uint8_t { trail, tokens };
inline constexpr Journal kJournals[] = {Journal::trail, Journal::tokens};

[[nodiscard]] std::string_view name(Journal journal) noexcept;  // "trail", "tokens"

// Consecutive entries of one journal, the first at `first`.
struct LogChunk {
  Journal journal{};
  std::uint64_t first = 0;
  std::vector<Bytes> entries;  // 1 to 65,535 bytes each
};

// What a trail entry commits to. Erasing it leaves the entry, and nobody can tell any more what it said.
struct RecordRow {
  std::uint64_t index = 0;  // of its entry in the trail
  Bytes salt;               // 16 random bytes
  std::string body;         // JSON; may name persons
  std::string subject;      // whom it is about (a party's or user's id), for erasure; may be empty
};

struct SignatureRow {
  SignatureId id;
  TenantId tenant;
  CredentialId credential;
  std::uint64_t intent = 0;   // index of its entry in the trail
  std::uint64_t outcome = 0;  // likewise
  Instant created;
  std::string facts;  // JSON: what the answer says beside the bytes; empty: erased
  Bytes tail;         // the bytes behind the document, or the detached CMS; the document itself is never kept
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

struct ActivationUse {
  Bytes id;
  std::string digest;
};

struct Additions {
  std::vector<LogChunk> chunks{};
  std::vector<RecordRow> records{};
  std::vector<SignatureRow> signatures{};
  std::vector<IdempotencyRow> answers{};
  std::vector<ActivationRow> activations{};
  std::vector<ActivationUse> uses{};
};

// Thread-safe; fails with store_unavailable or store_corrupt. After a failed write or sync nobody knows what is on the
// disk: every later commit() fails too, until the store is opened again.
class Ledger {
 public:
  virtual ~Ledger() = default;

  // All of it, durably, or none of it. already_exists when an index, id, key or use is taken; activation_unknown.
  [[nodiscard]] virtual Result<void> commit(const Additions& additions) = 0;

  // The chunks that are not released yet, in order.
  [[nodiscard]] virtual Result<std::vector<LogChunk>> unreleased_entries(Journal journal) = 0;
  // The log files hold everything below `end`, synced. Chunks that lie wholly below it go.
  [[nodiscard]] virtual Result<void> release_entries(Journal journal, std::uint64_t end) = 0;

  // audit_index_unknown when there is none, or it was erased.
  [[nodiscard]] virtual Result<RecordRow> record(std::uint64_t index) = 0;
  // The records about a subject, by index. A slow search: erasure is rare.
  [[nodiscard]] virtual Result<std::vector<std::uint64_t>> records_about(std::string_view subject) = 0;
  // Removes the record, and the facts, tail and answers of the signature that it belongs to; overwrites what is freed.
  // Erasing what is not there is no failure. Returns how many records went.
  [[nodiscard]] virtual Result<std::size_t> erase_records(const std::vector<std::uint64_t>& indexes) = 0;

  // signature_unknown
  [[nodiscard]] virtual Result<SignatureRow> signature(const SignatureId& id) = 0;
  [[nodiscard]] virtual Result<std::optional<IdempotencyRow>> answer(const TenantId& tenant, std::string_view key) = 0;
  [[nodiscard]] virtual Result<std::vector<ActivationRow>> activations(Instant not_expired_at) = 0;
  // Forgets answers made before the first, and activations expired before the second.
  [[nodiscard]] virtual Result<void> forget(Instant answers_before, Instant activations_before) = 0;

  // Small values that belong to this data folder: origin and key of the log, the secret of fingerprints.
  [[nodiscard]] virtual Result<std::optional<std::string>> fact(std::string_view name) = 0;
  [[nodiscard]] virtual Result<void> set_fact(std::string_view name, std::string_view value) = 0;
};

}  // namespace rakkan::store
