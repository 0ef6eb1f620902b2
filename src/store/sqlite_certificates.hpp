// The certificates that signatures have in common, each in one row of the table `certificate`.
#pragma once

#include <cstdint>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "rakkan/store/shared_certificate.hpp"
#include "store/sqlite.hpp"

namespace rakkan::store {

// The certificates in the table, by digest, and the stretches that its counts lack. Read once when the store is opened:
// an index over digests would be a place where SQLite moves them about, and leaves copies of those that are erased. The
// counts are written when an erasure needs them, and with released entries: in each commit they would cost a page.
class KnownCertificates {
 public:
  [[nodiscard]] static Result<KnownCertificates> read(Database& database);

  // Brings the counts in the database up to its signatures, within a transaction; all_counted() when it is committed.
  [[nodiscard]] Result<void> count(Database& database) const;
  void all_counted(std::uint64_t below);
  // Behind the last signature.
  [[nodiscard]] static Result<std::uint64_t> end_of_signatures(Database& database);
  [[nodiscard]] bool are_counted() const noexcept { return uncounted_.empty(); }

 private:
  friend class CertificateChange;
  friend class KnownKept;
  using Stretches = std::unordered_map<std::uint64_t, std::int64_t>;  // by number
  struct Hash {
    std::size_t operator()(const Sha256& digest) const noexcept {
      std::size_t value = 0;
      std::memcpy(&value, digest.data(), sizeof value);
      return value;
    }
  };
  std::unordered_map<Sha256, std::uint64_t, Hash> numbers_;
  std::uint64_t next_ = 1;
  // Signatures whose outcome is below this are counted in the database; the stretches of the others are here.
  std::uint64_t counted_below_ = 0;
  Stretches uncounted_;
  // References of kept signatures, which are not counted in the database: KnownKept reads them when it is opened.
  Stretches held_;
};

// The changes that one transaction makes to them. KnownCertificates learns of them by keep().
class CertificateChange {
 public:
  // Both outlive it.
  CertificateChange(Database& database, KnownCertificates& known) noexcept : database_(&database), known_(&known) {}

  // One stretch more of this certificate, in the signature with that outcome; added when it is new. Its number.
  [[nodiscard]] Result<std::uint64_t> refer_to(const SharedCertificate& certificate, std::uint64_t outcome);
  // One stretch less.
  void let_go_of(std::uint64_t number);
  // A kept signature refers to it: as refer_to, but for the count in the database.
  [[nodiscard]] Result<std::uint64_t> hold(const SharedCertificate& certificate);
  // It does not any more. `last`: no signature takes its place, so that nobody may refer to the certificate now.
  void release(std::uint64_t number, bool last);
  // The last of the transaction: zeros over the certificates that nobody refers to any more.
  [[nodiscard]] Result<void> write();
  // The transaction is committed.
  void keep();

 private:
  [[nodiscard]] Result<void> erase_if_unused(std::uint64_t number);
  [[nodiscard]] bool is_held(std::uint64_t number) const;
  [[nodiscard]] Result<std::uint64_t> number_of(const SharedCertificate& certificate);

  Database* database_;
  KnownCertificates* known_;
  KnownCertificates::Stretches more_;  // than before this transaction
  KnownCertificates::Stretches held_;  // likewise
  std::unordered_map<Sha256, std::uint64_t, KnownCertificates::Hash> added_;
  std::vector<std::uint64_t> let_go_of_;
  std::vector<std::uint64_t> erased_;
  bool counts_ = false;              // this transaction brings the counts up to date
  std::uint64_t counted_below_ = 0;  // it did, below this
};

// store_corrupt when there is none, or it was erased.
[[nodiscard]] Result<Bytes> read_certificate(Database& database, std::uint64_t number);
[[nodiscard]] Result<SharedCertificate> read_shared_certificate(Database& database, std::uint64_t number);

}  // namespace rakkan::store
