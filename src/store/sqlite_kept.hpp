// The rows of signatures between their value and their outcome. One comes with each signature that is timestamped and
// goes with its outcome, milliseconds later. A deleted row would let SQLite move its neighbours about, and leave copies
// of them in pages; so a row is overwritten with zeros where it stands, and the next content of its size takes its
// place.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "rakkan/store/row_change.hpp"
#include "store/sqlite.hpp"
#include "store/sqlite_certificates.hpp"

namespace rakkan::store {

// The rows in use by signature, and the free ones by size. Read once when the store is opened.
class KnownKept {
 public:
  // `certificates` learns which of them are held.
  [[nodiscard]] static Result<KnownKept> read(Database& database, KnownCertificates& certificates);

  [[nodiscard]] Result<KeptSignatureRow> find(Database& database, const SignatureId& id) const;
  [[nodiscard]] Result<std::vector<KeptSignatureRow>> list(Database& database) const;
  // The numbers of the certificates of the signature with that intent; none when nothing is kept of it.
  [[nodiscard]] std::vector<std::uint64_t> certificates_of(std::uint64_t intent) const;
  // When the one that is kept for longest was made.
  [[nodiscard]] std::optional<Instant> oldest() const noexcept;

 private:
  friend class KeptChange;
  struct Row {
    std::uint64_t place = 0;
    std::size_t size = 0;
    std::uint64_t intent = 0;
    Instant created;
    TenantId tenant;
    std::string idempotency_key;
    std::vector<std::uint64_t> certificates;
  };
  std::map<SignatureId, Row> kept_;
  std::map<std::size_t, std::vector<std::uint64_t>> free_;  // places by size
  std::uint64_t next_ = 1;
};

// The changes that one transaction makes to them. KnownKept learns of them by keep().
class KeptChange {
 public:
  // All outlive it.
  KeptChange(Database& database, KnownKept& known, CertificateChange& certificates) noexcept
      : database_(&database), known_(&known), certificates_(&certificates) {}

  [[nodiscard]] Result<void> apply(const KeptSignatureRow& row);          // already_exists
  [[nodiscard]] Result<void> apply(const KeptSignatureRelease& release);  // signature_unknown
  // Overwrites what is kept of the signature with that intent; no failure when nothing is.
  [[nodiscard]] Result<void> erase_of(std::uint64_t intent);
  // The transaction is committed.
  void keep();

 private:
  using Row = KnownKept::Row;
  [[nodiscard]] const Row* find(const SignatureId& id) const;
  [[nodiscard]] Result<void> write(std::uint64_t place, bool is_new, ByteView content);
  [[nodiscard]] Result<void> overwrite(const SignatureId& id, const Row& row, bool made);

  Database* database_;
  KnownKept* known_;
  CertificateChange* certificates_;
  std::map<SignatureId, std::optional<Row>> changed_;  // nothing: no longer kept
  std::map<std::size_t, std::size_t> taken_;           // free places by size, from the back
  std::map<std::size_t, std::vector<std::uint64_t>> freed_;
  std::uint64_t added_ = 0;
};

}  // namespace rakkan::store
