#pragma once

#include <mutex>
#include <optional>
#include <utility>

#include "rakkan/store/store.hpp"
#include "store/sqlite.hpp"
#include "store/sqlite_certificates.hpp"
#include "store/sqlite_evidence.hpp"
#include "store/sqlite_kept.hpp"
#include "store/sqlite_rows.hpp"

namespace rakkan::store {

// SqliteStore is a Store with one connection behind one lock. A read may have to wait for the commit that runs, so the
// hot path of signing keeps the rows that it needs again and again (credentials, API keys, activations) in memory.
class SqliteStore final : public Store {
 public:
  SqliteStore(Database database, FileSystem& files, const JournalEnds& ends, KnownCertificates certificates,
              KnownKept kept) noexcept
      : database_(std::move(database)),
        files_(&files),
        ends_(ends),
        certificates_(std::move(certificates)),
        kept_(std::move(kept)) {}

  [[nodiscard]] Result<void> copy_to(const std::filesystem::path& file, const Copying& copying) override;

  [[nodiscard]] Result<CredentialRow> credential(const CredentialId& id) override;
  [[nodiscard]] Result<std::vector<CredentialRow>> credentials() override;
  [[nodiscard]] Result<PinAttempt> begin_pin_attempt(const CredentialId& id, const TenantId& tenant,
                                                     const LockPolicy& policy, Instant now) override;
  [[nodiscard]] Result<void> forgive_pin_failures(const CredentialId& id, const TenantId& tenant) override;
  [[nodiscard]] Result<void> judge_pin_code(const CredentialId& id, const TenantId& tenant, ByteView hash,
                                            unsigned most_wrong, Instant now) override;
  [[nodiscard]] Result<std::uint64_t> next_tsu_epoch(const CredentialId& unit) override;

  [[nodiscard]] Result<void> commit(const Additions& additions) override;
  [[nodiscard]] Result<std::vector<LogChunk>> unreleased_entries(Journal journal) override;
  [[nodiscard]] Result<void> release_entries(Journal journal, std::uint64_t end) override;
  [[nodiscard]] Result<RecordRow> record(std::uint64_t index) override;
  [[nodiscard]] Result<std::vector<std::uint64_t>> records_about(std::string_view subject) override;
  [[nodiscard]] Result<std::vector<Bytes>> certificates_behind(const std::vector<std::uint64_t>& indexes) override;
  [[nodiscard]] Result<void> purge() override;
  [[nodiscard]] Result<SignatureRow> signature(const SignatureId& id) override;
  [[nodiscard]] Result<SignaturePage> signatures(const SignatureQuery& query) override;
  [[nodiscard]] Result<KeptSignatureRow> kept_signature(const SignatureId& id) override;
  [[nodiscard]] Result<std::vector<KeptSignatureRow>> kept_signatures() override;
  [[nodiscard]] Result<std::optional<IdempotencyRow>> answer(const TenantId& tenant, std::string_view key) override;
  [[nodiscard]] Result<std::vector<ActivationRow>> activations(Instant not_expired_at) override;
  [[nodiscard]] Result<void> forget(Instant answers_before, Instant activations_before) override;
  [[nodiscard]] Result<std::optional<std::string>> fact(std::string_view name) override;
  [[nodiscard]] Result<void> set_fact(std::string_view name, std::string_view value) override;
  [[nodiscard]] Result<std::map<std::string, std::string>> facts_below(std::string_view beginning) override;

  [[nodiscard]] Result<std::vector<ApiKeyRow>> api_keys() override;

  [[nodiscard]] Result<std::vector<EvidenceRow>> evidence() override;
  [[nodiscard]] Result<std::vector<std::string>> evidence_keys() override;
  [[nodiscard]] Result<void> change_evidence(const EvidenceChange& change) override;

 private:
  [[nodiscard]] Result<KnownEvidence*> known_evidence();

  std::mutex evidence_mutex_;  // held for the whole of a change, before mutex_, which its transactions take
  std::mutex mutex_;
  Database database_;
  FileSystem* files_;
  JournalEnds ends_;
  KnownCertificates certificates_;
  KnownKept kept_;
  std::optional<KnownEvidence> evidence_;  // read when it is first asked for: most commands need none
};

}  // namespace rakkan::store
