#include "store/sqlite_certificates.hpp"

#include <algorithm>

#include "store/sqlite_rows.hpp"
#include "store/stored_tail.hpp"

namespace rakkan::store {

namespace {

Result<Sha256> digest_column(const Statement& statement, int column) {
  RAKKAN_TRY(const Bytes digest, statement.blob(column));
  Sha256 sha256{};
  if (digest.size() != sha256.size()) {
    return fail(ErrorCode::store_corrupt, "a certificate's digest is no SHA-256");
  }
  std::copy(digest.begin(), digest.end(), sha256.begin());
  return sha256;
}

Result<void> add_stretches(Database& database, std::uint64_t number, std::int64_t more) {
  RAKKAN_TRY(const std::int64_t row, signed_index(number));
  return database.execute("UPDATE certificate_use SET stretches = stretches + ? WHERE certificate = ?", more, row)
      .map([](int) {});
}

Result<void> note_counted(Database& database, std::uint64_t below) {
  RAKKAN_TRY(const std::int64_t outcome, signed_index(below));
  return database.execute("UPDATE certificate_count SET below = ?", outcome).map([](int) {});
}

}  // namespace

Result<KnownCertificates> KnownCertificates::read(Database& database) {
  KnownCertificates known;
  RAKKAN_TRY(Statement all, database.prepare("SELECT number, erased, sha256 FROM certificate ORDER BY number"));
  for (;;) {
    RAKKAN_TRY(const bool found, all.step());
    if (!found) {
      break;
    }
    RAKKAN_TRY(const std::uint64_t number, index_column(all, 0));
    RAKKAN_TRY(const std::int64_t erased, all.integer(1));
    RAKKAN_TRY(const Sha256 sha256, digest_column(all, 2));
    if (erased == 0) {
      known.numbers_.insert_or_assign(sha256, number);
    }
    known.next_ = number + 1;
  }
  RAKKAN_TRY(Statement count, database.prepare("SELECT below FROM certificate_count"));
  RAKKAN_TRY(const bool counted, count.step());
  if (!counted) {
    return fail(ErrorCode::store_corrupt, "the count of certificates is missing");
  }
  RAKKAN_TRY(known.counted_below_, index_column(count, 0));
  RAKKAN_TRY(const std::int64_t from, signed_index(known.counted_below_));
  RAKKAN_TRY(Statement rest, database.prepare("SELECT tail FROM signature WHERE outcome >= ? AND state = 2", from));
  for (;;) {
    RAKKAN_TRY(const bool found, rest.step());
    if (!found) {
      return known;
    }
    RAKKAN_TRY(const Bytes tail, rest.blob(0));
    RAKKAN_TRY(const std::vector<std::uint64_t> numbers, certificates_of(tail));
    for (const std::uint64_t number : numbers) {
      ++known.uncounted_[number];
    }
  }
}

Result<void> KnownCertificates::count(Database& database) const {
  for (const auto& [number, more] : uncounted_) {
    RAKKAN_CHECK(add_stretches(database, number, more));
  }
  RAKKAN_TRY(const std::uint64_t below, end_of_signatures(database));
  return note_counted(database, below);
}

void KnownCertificates::all_counted(std::uint64_t below) {
  uncounted_.clear();
  counted_below_ = below;
}

Result<std::uint64_t> KnownCertificates::end_of_signatures(Database& database) {
  RAKKAN_TRY(Statement last, database.prepare("SELECT outcome FROM signature ORDER BY outcome DESC LIMIT 1"));
  RAKKAN_TRY(const bool found, last.step());
  if (!found) {
    return 0;
  }
  RAKKAN_TRY(const std::uint64_t outcome, index_column(last, 0));
  return outcome + 1;
}

Result<std::uint64_t> CertificateChange::refer_to(const SharedCertificate& certificate, std::uint64_t outcome) {
  counts_ = counts_ || outcome < known_->counted_below_;  // nobody would count it after a crash
  RAKKAN_TRY(const std::uint64_t number, number_of(certificate));
  ++more_[number];
  return number;
}

// Adds the certificate when it is new.
Result<std::uint64_t> CertificateChange::number_of(const SharedCertificate& certificate) {
  if (const auto known = known_->numbers_.find(certificate.sha256); known != known_->numbers_.end()) {
    return known->second;
  }
  const auto [place, is_new] = added_.try_emplace(certificate.sha256, known_->next_ + added_.size());
  const std::uint64_t number = place->second;
  if (is_new) {
    RAKKAN_TRY(const std::int64_t row, signed_index(number));
    RAKKAN_CHECK(database_->execute("INSERT INTO certificate (number, erased, sha256, der) VALUES (?, 0, ?, ?)", row,
                                    ByteView(certificate.sha256), ByteView(certificate.der)));
    RAKKAN_CHECK(database_->execute("INSERT INTO certificate_use (certificate, stretches) VALUES (?, 0)", row));
  }
  return number;
}

Result<std::uint64_t> CertificateChange::hold(const SharedCertificate& certificate) {
  RAKKAN_TRY(const std::uint64_t number, number_of(certificate));
  ++held_[number];
  return number;
}

void CertificateChange::release(std::uint64_t number, bool last) {
  --held_[number];
  if (last) {
    let_go_of_.push_back(number);
    counts_ = true;
  }
}

bool CertificateChange::is_held(std::uint64_t number) const {
  const auto before = known_->held_.find(number);
  const auto change = held_.find(number);
  return (before != known_->held_.end() ? before->second : 0) + (change != held_.end() ? change->second : 0) > 0;
}

void CertificateChange::let_go_of(std::uint64_t number) {
  --more_[number];
  let_go_of_.push_back(number);
  counts_ = true;
}

Result<void> CertificateChange::write() {
  if (!counts_) {
    return {};
  }
  RAKKAN_CHECK(known_->count(*database_));
  for (const auto& [number, more] : more_) {
    RAKKAN_CHECK(add_stretches(*database_, number, more));
  }
  for (const std::uint64_t number : let_go_of_) {
    RAKKAN_CHECK(is_held(number) ? Result<void>() : erase_if_unused(number));
  }
  RAKKAN_TRY(counted_below_, KnownCertificates::end_of_signatures(*database_));
  return {};
}

Result<void> CertificateChange::erase_if_unused(std::uint64_t number) {
  RAKKAN_TRY(const std::int64_t row, signed_index(number));
  RAKKAN_TRY(const int erased,
             database_->execute("UPDATE certificate SET erased = 1, sha256 = zeroblob(length(sha256)), "
                                "der = zeroblob(length(der)) WHERE number = ? AND erased = 0 AND "
                                "(SELECT stretches FROM certificate_use WHERE certificate = number) <= 0",
                                row));
  if (erased != 0) {
    erased_.push_back(number);
  }
  return {};
}

void CertificateChange::keep() {
  for (const auto& [sha256, number] : added_) {
    known_->numbers_.insert_or_assign(sha256, number);
  }
  known_->next_ += added_.size();
  for (const std::uint64_t number : erased_) {
    std::erase_if(known_->numbers_, [number](const auto& one) { return one.second == number; });
  }
  for (const auto& [number, more] : held_) {
    known_->held_[number] += more;
  }
  if (counts_) {
    known_->all_counted(counted_below_);
    return;
  }
  for (const auto& [number, more] : more_) {
    known_->uncounted_[number] += more;
  }
}

Result<SharedCertificate> read_shared_certificate(Database& database, std::uint64_t number) {
  RAKKAN_TRY(const std::int64_t row, signed_index(number));
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT der, sha256 FROM certificate WHERE number = ? AND erased = 0", row));
  RAKKAN_TRY(const bool found, statement.step());
  SharedCertificate certificate;
  if (found) {
    RAKKAN_TRY(certificate.der, statement.blob(0));
    RAKKAN_TRY(const Bytes sha256, statement.blob(1));
    if (sha256.size() == certificate.sha256.size()) {
      std::copy(sha256.begin(), sha256.end(), certificate.sha256.begin());
      return certificate;
    }
  }
  return fail(ErrorCode::store_corrupt, "a signature refers to a certificate that is not there",
              "certificate " + std::to_string(number));
}

Result<Bytes> read_certificate(Database& database, std::uint64_t number) {
  RAKKAN_TRY(SharedCertificate certificate, read_shared_certificate(database, number));
  return std::move(certificate.der);
}

}  // namespace rakkan::store
