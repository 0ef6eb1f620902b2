// The certificates that signatures have in common, each in one row of the table `certificate`.
#pragma once

#include <cstdint>
#include <cstring>
#include <unordered_map>

#include "rakkan/store/shared_certificate.hpp"
#include "store/sqlite.hpp"

namespace rakkan::store {

// What the table has, by digest. Read once when the store is opened: an index of it would be a place where SQLite moves
// digests about, and leaves copies of those that are erased.
class KnownCertificates {
 public:
  [[nodiscard]] static Result<KnownCertificates> read(Database& database);

 private:
  friend class CertificateChange;
  struct Hash {
    std::size_t operator()(const Sha256& digest) const noexcept {
      std::size_t value = 0;
      std::memcpy(&value, digest.data(), sizeof value);
      return value;
    }
  };
  std::unordered_map<Sha256, std::uint64_t, Hash> numbers_;
  std::uint64_t next_ = 1;
};

// What one transaction changes of them. Nothing is known of it outside until keep().
class CertificateChange {
 public:
  // Both outlive it.
  CertificateChange(Database& database, KnownCertificates& known) noexcept : database_(&database), known_(&known) {}

  // One stretch more of this certificate, which is added when it is new; its number.
  [[nodiscard]] Result<std::uint64_t> refer_to(const SharedCertificate& certificate);
  // One stretch less.
  void let_go_of(std::uint64_t number);
  // The last of the transaction: the counts, and zeros over the certificates that nobody refers to any more.
  [[nodiscard]] Result<void> write();
  // The transaction is committed.
  void keep();

 private:
  struct Count {
    std::int64_t more = 0;  // stretches than before
    bool added = false;
    bool erased = false;
    Sha256 sha256{};  // of one that was added
  };
  [[nodiscard]] Result<void> write_count(std::uint64_t number, Count& count);

  Database* database_;
  KnownCertificates* known_;
  std::unordered_map<std::uint64_t, Count> counts_;
  std::unordered_map<Sha256, std::uint64_t, KnownCertificates::Hash> added_;
};

// store_corrupt when there is none, or it was erased.
[[nodiscard]] Result<Bytes> read_certificate(Database& database, std::uint64_t number);

}  // namespace rakkan::store
