#include "store/sqlite_kept.hpp"

#include <algorithm>
#include <utility>

#include "store/kept_form.hpp"
#include "store/sqlite_rows.hpp"

namespace rakkan::store {
namespace {

tl::unexpected<Error> unknown(const SignatureId& id) {
  return fail(ErrorCode::signature_unknown, "nothing is kept of a signature of this id", "signature " + id.value());
}

Result<KeptForm> read_row(Database& database, std::uint64_t place) {
  RAKKAN_TRY(const std::int64_t row, signed_index(place));
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT content FROM kept_signature WHERE place = ? AND used = 1", row));
  RAKKAN_TRY(const bool found, statement.step());
  if (!found) {
    return fail(ErrorCode::store_corrupt, "a kept signature is not there", "place " + std::to_string(place));
  }
  RAKKAN_TRY(const Bytes content, statement.blob(0));
  return decode_kept(content);
}

}  // namespace

Result<KnownKept> KnownKept::read(Database& database, KnownCertificates& certificates) {
  KnownKept known;
  RAKKAN_TRY(Statement statement,
             database.prepare("SELECT place, used, length(content), CASE WHEN used THEN content END "
                              "FROM kept_signature ORDER BY place"));
  for (;;) {
    RAKKAN_TRY(const bool found, statement.step());
    if (!found) {
      return known;
    }
    RAKKAN_TRY(const std::uint64_t place, index_column(statement, 0));
    RAKKAN_TRY(const std::int64_t used, statement.integer(1));
    RAKKAN_TRY(const std::uint64_t size, index_column(statement, 2));
    known.next_ = place + 1;
    if (used == 0) {
      known.free_[static_cast<std::size_t>(size)].push_back(place);
      continue;
    }
    RAKKAN_TRY(const Bytes content, statement.blob(3));
    RAKKAN_TRY(KeptForm form, decode_kept(content));
    for (const std::uint64_t number : form.certificates) {
      ++certificates.held_[number];
    }
    Row row{place,
            static_cast<std::size_t>(size),
            form.row.intent,
            form.row.created,
            std::move(form.row.tenant),
            std::move(form.row.idempotency_key),
            std::move(form.certificates)};
    known.kept_.insert_or_assign(std::move(form.row.id), std::move(row));
  }
}

Result<KeptSignatureRow> KnownKept::find(Database& database, const SignatureId& id) const {
  const auto known = kept_.find(id);
  if (known == kept_.end()) {
    return unknown(id);
  }
  RAKKAN_TRY(KeptForm form, read_row(database, known->second.place));
  for (const std::uint64_t number : form.certificates) {
    RAKKAN_TRY(SharedCertificate certificate, read_shared_certificate(database, number));
    form.row.certificates.push_back(std::make_shared<const SharedCertificate>(std::move(certificate)));
  }
  return std::move(form.row);
}

Result<std::vector<KeptSignatureRow>> KnownKept::list(Database& database) const {
  std::vector<KeptSignatureRow> rows;
  rows.reserve(kept_.size());
  for (const auto& [id, row] : kept_) {
    RAKKAN_TRY(KeptForm form, read_row(database, row.place));
    form.row.content.clear();
    form.row.content.shrink_to_fit();
    rows.push_back(std::move(form.row));
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.intent < b.intent; });
  return rows;
}

std::vector<std::uint64_t> KnownKept::certificates_of(std::uint64_t intent) const {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [intent](const auto& one) { return one.second.intent == intent; });
  return found == kept_.end() ? std::vector<std::uint64_t>() : found->second.certificates;
}

std::optional<Instant> KnownKept::oldest() const noexcept {
  const auto first = std::min_element(kept_.begin(), kept_.end(),
                                      [](const auto& a, const auto& b) { return a.second.created < b.second.created; });
  return first == kept_.end() ? std::nullopt : std::optional(first->second.created);
}

const KeptChange::Row* KeptChange::find(const SignatureId& id) const {
  if (const auto change = changed_.find(id); change != changed_.end()) {
    return change->second ? &*change->second : nullptr;
  }
  const auto known = known_->kept_.find(id);
  return known != known_->kept_.end() ? &known->second : nullptr;
}

Result<void> KeptChange::apply(const KeptSignatureRow& row) {
  if (find(row.id) != nullptr) {
    return fail(ErrorCode::already_exists, "the signature is kept already", "signature " + row.id.value());
  }
  Row kept{0, 0, row.intent, row.created, row.tenant, row.idempotency_key, {}};
  for (const auto& certificate : row.certificates) {
    RAKKAN_TRY(const std::uint64_t number, certificates_->hold(*certificate));
    kept.certificates.push_back(number);
  }
  RAKKAN_TRY(const Bytes content, encode_kept(row, kept.certificates));
  kept.size = content.size();
  const auto free = known_->free_.find(kept.size);
  std::size_t& taken = taken_[kept.size];
  const bool is_new = free == known_->free_.end() || taken == free->second.size();
  kept.place = is_new ? known_->next_ + added_++ : free->second[free->second.size() - ++taken];
  RAKKAN_CHECK(write(kept.place, is_new, content));
  changed_.insert_or_assign(row.id, std::move(kept));
  return {};
}

Result<void> KeptChange::write(std::uint64_t place, bool is_new, ByteView content) {
  RAKKAN_TRY(const std::int64_t row, signed_index(place));
  if (is_new) {
    return database_->execute("INSERT INTO kept_signature (place, used, content) VALUES (?, 1, ?)", row, content)
        .map([](int) {});
  }
  RAKKAN_TRY(const int changed,
             database_->execute("UPDATE kept_signature SET used = 1, content = ? WHERE place = ? AND used = 0 AND "
                                "length(content) = ?",
                                content, row, static_cast<std::int64_t>(content.size())));
  return changed == 1 ? Result<void>()
                      : fail(ErrorCode::store_corrupt, "a place for a kept signature is not free",
                             "place " + std::to_string(place));
}

Result<void> KeptChange::apply(const KeptSignatureRelease& release) {
  const Row* const row = find(release.id);
  return row != nullptr ? overwrite(release.id, *row, release.made) : unknown(release.id);
}

Result<void> KeptChange::erase_of(std::uint64_t intent) {
  const auto is_it = [intent](const auto& one) { return one.second.intent == intent; };
  const auto known = std::find_if(known_->kept_.begin(), known_->kept_.end(), is_it);
  if (known == known_->kept_.end() || find(known->first) == nullptr) {
    return {};
  }
  return overwrite(known->first, known->second, false);
}

Result<void> KeptChange::overwrite(const SignatureId& id, const Row& row, bool made) {
  RAKKAN_TRY(const std::int64_t place, signed_index(row.place));
  RAKKAN_CHECK(database_->execute(
      "UPDATE kept_signature SET used = 0, content = zeroblob(length(content)) WHERE place = ?", place));
  if (!made && !row.idempotency_key.empty()) {
    RAKKAN_CHECK(database_->execute("DELETE FROM answer WHERE tenant = ? AND key = ? AND signature = ?",
                                    row.tenant.value(), row.idempotency_key, id.value()));
  }
  for (const std::uint64_t number : row.certificates) {
    certificates_->release(number, !made);
  }
  freed_[row.size].push_back(row.place);
  changed_.insert_or_assign(SignatureId(id), std::nullopt);  // `row` may be in there
  return {};
}

void KeptChange::keep() {
  for (const auto& [size, count] : taken_) {
    if (count > 0) {
      std::vector<std::uint64_t>& free = known_->free_[size];
      free.resize(free.size() - count);
    }
  }
  for (const auto& [size, places] : freed_) {
    std::vector<std::uint64_t>& free = known_->free_[size];
    free.insert(free.end(), places.begin(), places.end());
  }
  known_->next_ += added_;
  for (auto& [id, row] : changed_) {
    if (row) {
      known_->kept_.insert_or_assign(id, *std::move(row));
    } else {
      known_->kept_.erase(id);
    }
  }
}

}  // namespace rakkan::store
