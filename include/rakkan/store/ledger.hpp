// Ledger is the part of the store that is written together with the log: entries on their way to the log files, the
// records behind them, and every change that an entry is about (row_change.hpp). One commit() is one transaction with
// one sync; a server that answers its caller afterwards can lose nothing of it, and log and store agree at any moment.
//
// The ledger is the log's write-ahead: an entry is durable with its record in one commit, goes to the log files after
// it, and leaves the ledger (release_entries) when those files are synced. A crash in between is repaired from here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/store/row_change.hpp"
#include "rakkan/store/signature_list.hpp"

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

// The record that a trail entry commits to. Erasing the record leaves the entry, and nobody can tell any more what it
// said.
struct RecordRow {
  std::uint64_t index = 0;  // of its entry in the trail
  Bytes salt;               // 16 random bytes
  std::string body;         // JSON; may name persons
  std::string subject;      // id of the party or user whom the record is about, for erasure; may be empty
};

// The contents of one commit: entries with their records, and the changes that these entries are about.
struct Additions {
  std::vector<LogChunk> chunks{};
  std::vector<RecordRow> records{};
  std::vector<RowChange> changes{};  // applied in this order, after the records
};

// Thread-safe; fails with store_unavailable or store_corrupt. After a failed write or sync nobody knows what is on the
// disk: every later commit() fails too, until the store is opened again.
class Ledger {
 public:
  virtual ~Ledger() = default;

  // Writes all of the additions durably, or none of them. store_unavailable and store_corrupt speak of the medium:
  // nothing is committed any more. Every other error is that of a row, and the next commit is as good as any:
  // already_exists when an index, id, key or use is taken, invalid_argument for a row that the schema does not take,
  // and the errors that row_change.hpp names.
  [[nodiscard]] virtual Result<void> commit(const Additions& additions) = 0;

  // The chunks that are not released yet, in order.
  [[nodiscard]] virtual Result<std::vector<LogChunk>> unreleased_entries(Journal journal) = 0;
  // The caller states that the log files hold everything below `end`, synced: chunks that lie wholly below it are
  // removed.
  [[nodiscard]] virtual Result<void> release_entries(Journal journal, std::uint64_t end) = 0;

  // The record of an entry. audit_index_unknown when there is none, or it was erased.
  [[nodiscard]] virtual Result<RecordRow> record(std::uint64_t index) = 0;
  // The indexes of the records about a subject, in order. A slow search: erasure is rare.
  [[nodiscard]] virtual Result<std::vector<std::uint64_t>> records_about(std::string_view subject) = 0;
  // The certificates (DER) of the signatures, made or kept, whose intent or outcome is among `indexes`, each once.
  // Those of a signature that was made by a version that kept them within its tail are not among them.
  [[nodiscard]] virtual Result<std::vector<Bytes>> certificates_behind(const std::vector<std::uint64_t>& indexes) = 0;
  // Removes every copy of erased rows from the store's files. Calling it again is harmless.
  [[nodiscard]] virtual Result<void> purge() = 0;

  // signature_unknown
  [[nodiscard]] virtual Result<SignatureRow> signature(const SignatureId& id) = 0;
  // A page of one tenant's signatures, without the bytes that were appended to their documents.
  [[nodiscard]] virtual Result<SignaturePage> signatures(const SignatureQuery& query) = 0;
  // The row that is kept of a signature until its outcome. signature_unknown.
  [[nodiscard]] virtual Result<KeptSignatureRow> kept_signature(const SignatureId& id) = 0;
  // All that are kept, by their intents, without contents and certificates.
  [[nodiscard]] virtual Result<std::vector<KeptSignatureRow>> kept_signatures() = 0;
  [[nodiscard]] virtual Result<std::optional<IdempotencyRow>> answer(const TenantId& tenant, std::string_view key) = 0;
  [[nodiscard]] virtual Result<std::vector<ActivationRow>> activations(Instant not_expired_at) = 0;
  // Forgets answers made before `answers_before`, though none that is as young as a kept signature, and activations
  // expired before `activations_before`.
  [[nodiscard]] virtual Result<void> forget(Instant answers_before, Instant activations_before) = 0;

  // Small values that belong to this data folder: origin and key of the log, the secret of fingerprints, its place and
  // its tokens.
  [[nodiscard]] virtual Result<std::optional<std::string>> fact(std::string_view name) = 0;
  [[nodiscard]] virtual Result<void> set_fact(std::string_view name, std::string_view value) = 0;
  // The facts whose names start with `beginning`, by the rest of their names.
  [[nodiscard]] virtual Result<std::map<std::string, std::string>> facts_below(std::string_view beginning) = 0;
};

}  // namespace rakkan::store
