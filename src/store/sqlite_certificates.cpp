#include "store/sqlite_certificates.hpp"

#include <algorithm>

#include "store/sqlite_rows.hpp"

namespace rakkan::store {

Result<KnownCertificates> KnownCertificates::read(Database& database) {
  KnownCertificates known;
  RAKKAN_TRY(Statement statement, database.prepare("SELECT number, erased, sha256 FROM certificate ORDER BY number"));
  for (;;) {
    RAKKAN_TRY(const bool found, statement.step());
    if (!found) {
      return known;
    }
    RAKKAN_TRY(const std::uint64_t number, index_column(statement, 0));
    RAKKAN_TRY(const std::int64_t erased, statement.integer(1));
    RAKKAN_TRY(const Bytes digest, statement.blob(2));
    Sha256 sha256{};
    if (digest.size() != sha256.size()) {
      return fail(ErrorCode::store_corrupt, "a certificate's digest is no SHA-256",
                  "certificate " + std::to_string(number));
    }
    std::copy(digest.begin(), digest.end(), sha256.begin());
    if (erased == 0) {
      known.numbers_.insert_or_assign(sha256, number);
    }
    known.next_ = number + 1;
  }
}

Result<std::uint64_t> CertificateChange::refer_to(const SharedCertificate& certificate) {
  if (const auto known = known_->numbers_.find(certificate.sha256); known != known_->numbers_.end()) {
    ++counts_[known->second].more;
    return known->second;
  }
  const auto [place, is_new] = added_.try_emplace(certificate.sha256, known_->next_ + added_.size());
  const std::uint64_t number = place->second;
  Count& count = counts_[number];
  ++count.more;
  if (is_new) {
    count.added = true;
    count.sha256 = certificate.sha256;
    RAKKAN_TRY(const std::int64_t row, signed_index(number));
    RAKKAN_CHECK(database_->execute("INSERT INTO certificate (number, erased, sha256, der) VALUES (?, 0, ?, ?)", row,
                                    ByteView(certificate.sha256), ByteView(certificate.der)));
    RAKKAN_CHECK(database_->execute("INSERT INTO certificate_use (certificate, stretches) VALUES (?, 0)", row));
  }
  return number;
}

void CertificateChange::let_go_of(std::uint64_t number) { --counts_[number].more; }

Result<void> CertificateChange::write() {
  for (auto& [number, count] : counts_) {
    if (count.more != 0 || count.added) {
      RAKKAN_CHECK(write_count(number, count));
    }
  }
  return {};
}

Result<void> CertificateChange::write_count(std::uint64_t number, Count& count) {
  RAKKAN_TRY(const std::int64_t row, signed_index(number));
  RAKKAN_CHECK(database_->execute("UPDATE certificate_use SET stretches = stretches + ? WHERE certificate = ?",
                                  count.more, row));
  if (count.more > 0) {
    return {};
  }
  RAKKAN_TRY(const int erased,
             database_->execute("UPDATE certificate SET erased = 1, sha256 = zeroblob(length(sha256)), "
                                "der = zeroblob(length(der)) WHERE number = ? AND erased = 0 AND "
                                "(SELECT stretches FROM certificate_use WHERE certificate = number) <= 0",
                                row));
  count.erased = erased != 0;
  return {};
}

void CertificateChange::keep() {
  for (const auto& [number, count] : counts_) {
    if (count.added && !count.erased) {
      known_->numbers_.insert_or_assign(count.sha256, number);
    } else if (count.erased) {
      std::erase_if(known_->numbers_, [number = number](const auto& one) { return one.second == number; });
    }
  }
  known_->next_ += added_.size();
}

Result<Bytes> read_certificate(Database& database, std::uint64_t number) {
  RAKKAN_TRY(const std::int64_t row, signed_index(number));
  RAKKAN_TRY(Statement statement, database.prepare("SELECT der FROM certificate WHERE number = ? AND erased = 0", row));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return fail(ErrorCode::store_corrupt, "a signature refers to a certificate that is not there",
                "certificate " + std::to_string(number));
  }
  return statement.blob(0);
}

}  // namespace rakkan::store
