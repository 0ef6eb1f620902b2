#include "store_workload.hpp"

#include <sqlite3.h>
#include <string.h>

#include <algorithm>
#include <fstream>

#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {
namespace {

using store::Journal;
using store::Store;

constexpr store::Options kOptions{.log_size = 64 << 10};
constexpr std::uint64_t kEntries = 3;  // of the trail in a batch: intent, outcome, one more

std::uint64_t first_of(int number) { return static_cast<std::uint64_t>(number) * kEntries; }
Instant at(int second) { return Instant(std::chrono::seconds(second)); }
Bytes bytes(const std::string& text) { return copy_of(bytes_of(text)); }
CredentialId party() { return CredentialId("yamada"); }
SignatureId kept_id(int number) { return SignatureId("sig_" + std::to_string(2000 + number)); }
// Whether the batch behind it releases the kept signature of that one.
bool is_released(int number) { return number % 4 != 3; }
SignatureId signature_id(int number) { return SignatureId("sig_" + std::to_string(1000 + number)); }

Result<void> erase(Store& store, std::uint64_t first) {
  RAKKAN_CHECK(store.commit({.changes = {store::RecordErasure{{first, first + 1, first + 2}}}}));
  return store.purge();
}

bool contains(ByteView where, std::string_view what) {
  return !where.empty() && ::memmem(where.data(), where.size(), what.data(), what.size()) != nullptr;
}

}  // namespace

std::string StoreWorkload::secret(int number) const { return "<山田太郎 no. " + std::to_string(1000 + number) + ">"; }

store::KeptSignatureRow StoreWorkload::kept(int number,
                                            std::shared_ptr<const store::SharedCertificate> certificate) const {
  store::KeptSignatureRow row;
  row.id = kept_id(number);
  row.tenant = TenantId("t");
  row.intent = first_of(number);
  row.created = at(number);
  row.level = "B-T";
  row.missing = "timestamp";
  std::string content = secret(number);
  while (content.size() < tail_size_ / 2 * static_cast<std::size_t>(number % 3)) {
    content += content;
  }
  row.content = bytes(content);
  row.certificates = {std::move(certificate)};
  return row;
}

store::Additions StoreWorkload::batch(int number) const {
  const std::uint64_t first = first_of(number);
  store::Additions additions;
  store::LogChunk trail{Journal::trail, first, {}};
  for (std::uint64_t i = 0; i < kEntries; ++i) {
    trail.entries.push_back(bytes("entry " + std::to_string(first + i)));
    additions.records.push_back({first + i, Bytes(16, Byte{9}), "{\"name\":\"" + secret(number) + "\"}", "u-1"});
  }
  additions.chunks = {trail, {Journal::tokens, static_cast<std::uint64_t>(number), {bytes("token")}}};
  std::string tail = secret(number);
  while (tail.size() < tail_size_) {
    tail += tail;
  }
  // The party's certificate, which names the party too, and the root that all have.
  Bytes signed_tail = bytes(tail);
  std::vector<store::CertificateStretch> certificates;
  for (const bool party : {true, false}) {
    auto made = std::make_shared<store::SharedCertificate>();
    made->sha256.fill(party ? static_cast<Byte>(number) : Byte{0xEE});
    made->der = bytes((party ? secret(number) : "root") + std::string(1'000, 'c'));
    certificates.push_back({signed_tail.size(), store::CertificateStretch::Form::der, made});
    append(signed_tail, made->der);
  }
  additions.changes = {
      store::SignatureRow{signature_id(number), TenantId("t"), CredentialId("op"), first, first + 1, at(number),
                          secret(number), signed_tail, certificates},
      store::IdempotencyRow{
          TenantId("t"), "key " + std::to_string(number), bytes("print"), at(number), signature_id(number), {}},
      store::ActivationRow{bytes("act " + std::to_string(number)), TenantId("t"), party(), at(1000), {"a", "b"}, {}},
  };
  if (number > 0) {
    additions.changes.emplace_back(store::ActivationUse{bytes("act " + std::to_string(number - 1)), "a"});
  }
  additions.changes.emplace_back(kept(number, certificates.front().certificate));
  if (number > 0 && is_released(number - 1)) {
    additions.changes.emplace_back(store::KeptSignatureRelease{kept_id(number - 1), true});
  }
  return additions;
}

std::string StoreWorkload::evidence_text(int number) const {
  return "<鈴木 no. " + std::to_string(1000 + number) + ">";
}

// Of a workload of large batches they are written in two transactions each.
store::EvidenceRow StoreWorkload::evidence(int number) const {
  const std::size_t size = tail_size_ > 100'000 ? 270'000 : 900 * static_cast<std::size_t>(number);
  return {"key " + evidence_text(number), "type", at(number), at(number + 1),
          std::make_shared<const Bytes>(bytes(evidence_text(number) + std::string(size, 'e')))};
}

void StoreWorkload::cache(Store& store, int number) {
  store::EvidenceChange change;
  Cached& one = cached_[static_cast<std::size_t>(number)];
  const int older_number = number - (batches_ < 5 ? 1 : 3);
  Cached* const older = older_number >= 0 ? &cached_[static_cast<std::size_t>(older_number)] : nullptr;
  one.tried = true;
  change.kept.push_back(evidence(number));
  if (older != nullptr) {
    older->forgetting = true;
    change.forgotten.push_back(evidence(older_number).key);
  }
  const Result<void> changed = store.change_evidence(change);
  one.kept = changed.has_value();
  if (older != nullptr) {
    older->forgotten = changed.has_value();
  }
  note("caching evidence " + std::to_string(number), changed);
}

void StoreWorkload::purged() {
  for (Cached& one : cached_) {
    one.purged = one.forgotten;
  }
}

void StoreWorkload::check_evidence(Store& store) {
  ASSERT_OK_AND_ASSIGN(const auto rows, store.evidence());
  std::set<std::string> keys;
  for (const store::EvidenceRow& row : rows) {
    keys.insert(row.key);
  }
  EXPECT_EQ(keys.size(), rows.size());
  for (int number = 0; number < batches_; ++number) {
    const Cached& one = cached_[static_cast<std::size_t>(number)];
    const store::EvidenceRow expected = evidence(number);
    const std::string name = "evidence " + std::to_string(number) + "\n" + disk_->history();
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.key == expected.key; });
    const bool there = found != rows.end();
    EXPECT_TRUE(there || !one.kept || one.forgetting) << "acknowledged, and gone: " << name;
    EXPECT_FALSE(there && (!one.tried || one.forgotten)) << "not tried, or forgotten: " << name;
    EXPECT_TRUE(!there || *found->bytes == *expected.bytes) << "a part of " << name;
  }
}

void StoreWorkload::note(const std::string& what, const Result<void>& result) {
  if (!result) {
    EXPECT_THAT(result, FailsWith(ErrorCode::store_unavailable)) << what;
    ++failures_;
    return;
  }
  EXPECT_EQ(failures_, 0) << what << " succeeded after a write or sync had failed\n" << disk_->history();
}

void StoreWorkload::run() {
  auto store = store::open_sqlite(kFolder, kOptions, *disk_);
  if (!store) {
    ++failures_;
    EXPECT_THAT(store, FailsWith(ErrorCode::store_unavailable));
    return;
  }
  work(**store);
}

void StoreWorkload::commit(Store& store, int number) {
  Batch& batch_state = state_[static_cast<std::size_t>(number)];
  batch_state.tried = true;
  const Result<void> committed = store.commit(batch(number));
  batch_state.acknowledged = committed.has_value();
  note("commit " + std::to_string(number), committed);
}

void StoreWorkload::work(Store& store) {
  store::CredentialRow credential;
  credential.id = party();
  const Result<void> added = store.commit({.changes = {credential}});
  note("adding a credential", added);
  const Result<void> secret_added =
      store.commit({.changes = {store::PinAddition{party(), {Bytes{1}, Bytes{2}, 1024, 1, 1}}}});
  credential_added_ = secret_added.has_value();
  if (added) {
    note("setting a PIN", secret_added);
  }
  for (int number = 0; number < batches_; ++number) {
    // A batch that uses the activation of one that is not there would fail for that alone.
    if (failures_ == 0 || number == 0 || state_[static_cast<std::size_t>(number) - 1].acknowledged) {
      commit(store, number);
    } else {
      note("commit after a failure", store.commit({.records = {{first_of(number), {}, "{}", ""}}}));
    }
    if (number % 3 == 0 || batches_ < 5) {
      cache(store, number);
    }
    if (number % 4 == 2) {
      release_tried_ = first_of(number);
      const Result<void> released = store.release_entries(Journal::trail, release_tried_);
      released_ = released ? release_tried_ : released_;
      note("release_entries", released);
    }
    if (number % 5 == 3) {
      Batch& victim = state_[static_cast<std::size_t>(number) - 2];
      victim.erasure_tried = true;
      const std::uint64_t first = first_of(number - 2);
      const Result<void> erased = erase(store, first);
      victim.erased = erased.has_value();
      if (erased) {
        purged();
      }
      note("erasing records", erased);
    }
    if (number % 3 == 1) {
      const auto epoch = store.next_tsu_epoch(CredentialId("tsu"));
      EXPECT_TRUE(!epoch || *epoch > epoch_);
      epoch_ = epoch.value_or(epoch_);
      note("next_tsu_epoch", epoch ? Result<void>() : Result<void>(fail(epoch.error())));
    }
    if (number % 3 == 2 && credential_added_) {
      ++pin_attempts_tried_;
      const auto attempt = store.begin_pin_attempt(party(), TenantId("a"), {100, std::nullopt}, at(number));
      pin_attempts_ += attempt ? 1 : 0;
      note("begin_pin_attempt", attempt ? Result<void>() : Result<void>(fail(attempt.error())));
    }
  }
}

void StoreWorkload::check() {
  check_erased_bytes();
  check_purged_evidence();
  {
    auto opened = store::open_sqlite(kFolder, kOptions, *disk_);
    ASSERT_THAT(opened, IsOk());
    Store& store = **opened;
    ASSERT_OK_AND_ASSIGN(const auto unreleased, store.unreleased_entries(Journal::trail));
    std::set<std::uint64_t> chunks;
    for (const store::LogChunk& chunk : unreleased) {
      chunks.insert(chunk.first);
      EXPECT_EQ(chunk.entries.size(), kEntries);
      EXPECT_GE(chunk.first + kEntries, released_) << "a released chunk came back";
    }
    for (int number = 0; number < batches_; ++number) {
      check_batch(store, number, chunks);
    }
    if (released_ > 0) {
      EXPECT_THAT(store.commit({.chunks = {{Journal::trail, released_ - 1, {bytes("x")}}}}),
                  FailsWith(ErrorCode::already_exists));
    }
    check_evidence(store);
    EXPECT_GT(store.next_tsu_epoch(CredentialId("tsu")).value_or(0), epoch_) << "an epoch was repeated";
    const auto attempt = store.begin_pin_attempt(party(), TenantId("a"), {100, std::nullopt}, at(1));
    if (credential_added_) {
      ASSERT_THAT(attempt, IsOk());
      EXPECT_GT(attempt->failures, pin_attempts_) << "a counted failure was forgotten";
      EXPECT_LE(attempt->failures, pin_attempts_tried_ + 1);
    }
    // Erasing again finishes what was interrupted.
    for (int number = 0; number < batches_; ++number) {
      Batch& one = state_[static_cast<std::size_t>(number)];
      if (one.erasure_tried) {
        EXPECT_THAT(erase(store, first_of(number)), IsOk());
        one.erased = true;
      }
    }
    // A change overwrites what a crash left of evidence.
    EXPECT_THAT(store.change_evidence({{}, {{"k", "", at(1), at(2), std::make_shared<const Bytes>()}}}), IsOk());
    EXPECT_THAT(store.purge(), IsOk());
    check_remains(store);
    check_erased_bytes();
    EXPECT_THAT(store.commit({.records = {{999'999, {}, "{}", ""}}}), IsOk());
    EXPECT_THAT(store.record(999'999), IsOk());
  }
  check_erased_bytes();
  check_soundness();
}

void StoreWorkload::check_batch(Store& store, int number, const std::set<std::uint64_t>& chunks) {
  const Batch& one = state_[static_cast<std::size_t>(number)];
  const std::uint64_t first = first_of(number);
  const auto signature = store.signature(signature_id(number));
  const bool there = signature.has_value();
  const std::string name = "batch " + std::to_string(number) + "\n" + disk_->history();
  EXPECT_TRUE(!one.acknowledged || there) << "an acknowledged batch is gone: " << name;
  EXPECT_TRUE(one.tried || !there) << name;
  EXPECT_EQ(store.activations(at(0)).value_or(std::vector<store::ActivationRow>()).size() > std::size_t(number), there)
      << "a part of " << name;
  EXPECT_TRUE(chunks.contains(first) == there || (there && first + kEntries <= release_tried_)) << "a part of " << name;
  const auto answer = store.answer(TenantId("t"), "key " + std::to_string(number));
  ASSERT_THAT(answer, IsOk());
  const bool erased = there && signature->facts.empty();
  EXPECT_TRUE(one.erasure_tried || !erased) << name;
  EXPECT_TRUE(!one.erased || !there || erased) << "an erasure was undone: " << name;
  EXPECT_EQ(answer->has_value(), there && !erased) << "a part of " << name;
  for (std::uint64_t index = first; index < first + kEntries; ++index) {
    EXPECT_EQ(store.record(index).has_value(), there && !erased) << "a part of " << name;
  }
  const bool released = is_released(number) && store.signature(signature_id(number + 1)).has_value();
  const auto kept_row = store.kept_signature(kept_id(number));
  EXPECT_EQ(kept_row.has_value(), there && !erased && !released) << "a part of " << name;
  if (kept_row) {
    const auto expected = kept(number, nullptr);
    EXPECT_EQ(kept_row->content, expected.content) << name;
    EXPECT_EQ(kept_row->intent, expected.intent) << name;
    EXPECT_EQ(kept_row->certificates.size(), 1U) << name;
  }
  if (there && !erased) {
    EXPECT_EQ(signature->tail, std::get<store::SignatureRow>(batch(number).changes.front()).tail) << name;
  }
}

void StoreWorkload::check_erased_bytes() {
  for (int number = 0; number < batches_; ++number) {
    if (!state_[static_cast<std::size_t>(number)].erased) {
      continue;
    }
    for (const std::filesystem::path& file : disk_->files()) {
      EXPECT_FALSE(contains(disk_->content(file), secret(number)))
          << "erased batch " << number << " is still in " << file << "\n"
          << disk_->history();
    }
  }
}

// After a change and a purge, evidence that is no row is in no file.
void StoreWorkload::check_remains(Store& store) {
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> keys, store.evidence_keys());
  for (int number = 0; number < batches_; ++number) {
    cached_[static_cast<std::size_t>(number)].purged =
        std::find(keys.begin(), keys.end(), evidence(number).key) == keys.end();
  }
  check_purged_evidence();
}

void StoreWorkload::check_purged_evidence() {
  for (int number = 0; number < batches_; ++number) {
    if (!cached_[static_cast<std::size_t>(number)].purged) {
      continue;
    }
    for (const std::filesystem::path& file : disk_->files()) {
      EXPECT_FALSE(contains(disk_->content(file), evidence_text(number)))
          << "forgotten evidence " << number << " is still in " << file << "\n"
          << disk_->history();
    }
  }
}

void StoreWorkload::check_soundness() const {
  const TemporaryFolder copy(memory_folder());
  for (const char* name : {"rakkan.db", "rakkan.db-wal"}) {
    const Bytes content = disk_->content(std::filesystem::path(kFolder) / name);
    if (!content.empty()) {
      std::ofstream(copy.path() / name, std::ios::binary) << text_of(content);
    }
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((copy.path() / "rakkan.db").c_str(), &database), SQLITE_OK);
  const auto first_word = [](void* out, int, char** values, char**) {
    *static_cast<std::string*>(out) += values[0];
    return 0;
  };
  std::string answer;
  sqlite3_exec(database, "PRAGMA integrity_check", first_word, &answer, nullptr);
  EXPECT_EQ(answer, "ok") << disk_->history();
  answer.clear();
  sqlite3_exec(database, "PRAGMA foreign_key_check", first_word, &answer, nullptr);
  EXPECT_EQ(answer, "") << disk_->history();
  sqlite3_close(database);
}

}  // namespace rakkan::test
