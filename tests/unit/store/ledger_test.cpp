#include "rakkan/store/ledger.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <thread>

#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/store/store.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::store {
namespace {

using test::FailsWith;
using test::IsOk;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Instant at(int seconds) { return Instant(std::chrono::seconds(seconds)); }
Bytes bytes(std::string_view text) { return copy_of(bytes_of(text)); }

LogChunk chunk(Journal journal, std::uint64_t first, std::vector<std::string> entries) {
  LogChunk result{journal, first, {}};
  for (const std::string& entry : entries) {
    result.entries.push_back(bytes(entry));
  }
  return result;
}

RecordRow record(std::uint64_t index, std::string body, std::string subject = "u-1") {
  return {index, Bytes(16, Byte{7}), std::move(body), std::move(subject)};
}

SignatureRow signature(const std::string& id, std::uint64_t intent, std::uint64_t outcome) {
  return {SignatureId(id), TenantId("t"), CredentialId("op"), intent, outcome, at(5), "{\"facts\":1}", bytes("tail")};
}

IdempotencyRow answer(const std::string& key, const std::string& id, Instant created = at(5)) {
  return {TenantId("t"), key, bytes("print"), created, SignatureId(id), id.empty() ? bytes("stored") : Bytes{}};
}

ActivationRow activation(const std::string& id, Instant expires, std::vector<std::string> digests) {
  return {bytes(id), TenantId("t"), CredentialId("yamada"), expires, std::move(digests), {}};
}

Result<void> erase(Store& store, std::vector<std::uint64_t> indexes) {
  RAKKAN_CHECK(store.commit({.changes = {RecordErasure{std::move(indexes)}}}));
  return store.purge();
}

// By SQLite's own means, while the store is closed.
void run_sql(const std::filesystem::path& folder, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "rakkan.db").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
}

class LedgerTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.reset();
    ASSERT_OK_AND_ASSIGN(store_, open_sqlite(folder_.path()));
  }
  Result<void> commit_record(std::uint64_t index, std::string body, std::string subject = "u-1") {
    return store_->commit({.records = {record(index, std::move(body), std::move(subject))}});
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(LedgerTest, EverythingCommittedIsThereAfterReopening) {
  Additions additions;
  additions.chunks = {chunk(Journal::trail, 0, {"a", "bb"}), chunk(Journal::tokens, 0, {"t"})};
  additions.records = {record(0, "{}"), record(1, "{\"who\":\"山田\"}", "u-2")};
  additions.changes = {signature("sig_1", 0, 1), answer("k", "sig_1"), answer("other", ""),
                       activation("act", at(100), {"SHA-256:aa", "SHA-256:bb"}),
                       ActivationUse{bytes("act"), "SHA-256:bb"}};
  ASSERT_THAT(store_->commit(additions), IsOk());
  reopen();

  ASSERT_OK_AND_ASSIGN(const auto trail, store_->unreleased_entries(Journal::trail));
  ASSERT_EQ(trail.size(), 1U);
  EXPECT_EQ(trail[0].first, 0U);
  EXPECT_THAT(trail[0].entries, ElementsAre(bytes("a"), bytes("bb")));
  ASSERT_OK_AND_ASSIGN(const auto tokens, store_->unreleased_entries(Journal::tokens));
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_THAT(tokens[0].entries, ElementsAre(bytes("t")));

  ASSERT_OK_AND_ASSIGN(const RecordRow row, store_->record(1));
  EXPECT_EQ(row.index, 1U);
  EXPECT_EQ(row.salt, Bytes(16, Byte{7}));
  EXPECT_EQ(row.body, "{\"who\":\"山田\"}");
  EXPECT_EQ(row.subject, "u-2");

  ASSERT_OK_AND_ASSIGN(const SignatureRow signed_row, store_->signature(SignatureId("sig_1")));
  EXPECT_EQ(signed_row.tenant, TenantId("t"));
  EXPECT_EQ(signed_row.credential, CredentialId("op"));
  EXPECT_EQ(signed_row.intent, 0U);
  EXPECT_EQ(signed_row.outcome, 1U);
  EXPECT_EQ(signed_row.created, at(5));
  EXPECT_EQ(signed_row.facts, "{\"facts\":1}");
  EXPECT_EQ(signed_row.tail, bytes("tail"));

  ASSERT_OK_AND_ASSIGN(const auto by_signature, store_->answer(TenantId("t"), "k"));
  ASSERT_TRUE(by_signature.has_value());
  EXPECT_EQ(by_signature->signature, SignatureId("sig_1"));
  EXPECT_EQ(by_signature->fingerprint, bytes("print"));
  EXPECT_EQ(by_signature->created, at(5));
  ASSERT_OK_AND_ASSIGN(const auto stored, store_->answer(TenantId("t"), "other"));
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->answer, bytes("stored"));

  ASSERT_OK_AND_ASSIGN(const auto activations, store_->activations(at(99)));
  ASSERT_EQ(activations.size(), 1U);
  EXPECT_EQ(activations[0].id, bytes("act"));
  EXPECT_EQ(activations[0].tenant, TenantId("t"));
  EXPECT_EQ(activations[0].credential, CredentialId("yamada"));
  EXPECT_EQ(activations[0].expires, at(100));
  EXPECT_THAT(activations[0].digests, ElementsAre("SHA-256:aa", "SHA-256:bb"));
  EXPECT_THAT(activations[0].used, ElementsAre("SHA-256:bb"));
}

TEST_F(LedgerTest, WhatIsTakenUndoesTheWholeCommit) {
  Additions first;
  first.chunks = {chunk(Journal::trail, 0, {"a"})};
  first.records = {record(0, "{}")};
  first.changes = {signature("sig_1", 0, 0), answer("k", "sig_1"), activation("act", at(100), {"SHA-256:aa"}),
                   ActivationUse{bytes("act"), "SHA-256:aa"}};
  ASSERT_THAT(store_->commit(first), IsOk());

  const std::vector<Additions> taken{
      {.chunks = {chunk(Journal::trail, 0, {"again"})}},
      {.records = {record(0, "{}")}},
      {.changes = {signature("sig_1", 5, 6)}},
      {.changes = {signature("sig_2", 5, 0)}},
      {.changes = {answer("k", "")}},
      {.changes = {activation("act", at(200), {"SHA-256:bb"})}},
      {.changes = {ActivationUse{bytes("act"), "SHA-256:aa"}}},
  };
  for (std::size_t i = 0; i < taken.size(); ++i) {
    Additions both = taken[i];
    both.records.push_back(record(50, "{}"));
    EXPECT_THAT(store_->commit(both), FailsWith(ErrorCode::already_exists)) << "addition " << i;
    EXPECT_THAT(store_->record(50), FailsWith(ErrorCode::audit_index_unknown)) << "addition " << i;
  }
  ASSERT_THAT(commit_record(50, "{}"), IsOk()) << "a refusal stops nothing";
}

TEST_F(LedgerTest, AWithdrawnActivationIsGoneAndItsTenantsAlone) {
  ASSERT_THAT(store_->commit({.changes = {activation("act", at(100), {"SHA-256:aa"})}}), IsOk());
  EXPECT_THAT(store_->commit({.changes = {ActivationWithdrawal{bytes("act"), TenantId("other")}}}),
              FailsWith(ErrorCode::activation_unknown));
  ASSERT_THAT(store_->commit({.changes = {ActivationWithdrawal{bytes("act"), TenantId("t")}}}), IsOk());
  EXPECT_THAT(store_->activations(at(1)).value(), ::testing::IsEmpty());
  EXPECT_THAT(store_->commit({.changes = {ActivationUse{bytes("act"), "SHA-256:aa"}}}),
              FailsWith(ErrorCode::activation_unknown));
}

TEST_F(LedgerTest, AFactChangesWithItsEntryOrNotAtAll) {
  ASSERT_THAT(store_->set_fact("folder.id", "a"), IsOk());
  ASSERT_THAT(store_->commit({.changes = {FactChange{"folder.id", "b"}, FactChange{"folder.token.a", "1"},
                                          FactChange{"folder.token.b", "2"}}}),
              IsOk());
  ASSERT_THAT(store_->commit({.changes = {FactChange{"folder.token.a", std::nullopt}}}), IsOk());
  ASSERT_THAT(commit_record(0, "{}"), IsOk());
  EXPECT_THAT(store_->commit({.records = {record(0, "{}")}, .changes = {FactChange{"folder.id", "c"}}}),
              FailsWith(ErrorCode::already_exists));
  reopen();
  EXPECT_EQ(store_->fact("folder.id").value(), "b");
  EXPECT_EQ(store_->fact("folder.token.a").value(), std::nullopt);
  const std::map<std::string, std::string> left{{"b", "2"}};
  EXPECT_EQ(store_->facts_below("folder.token.").value(), left);
}

TEST_F(LedgerTest, UseOfAnUnknownActivationIsRefused) {
  ASSERT_THAT(store_->commit({.changes = {activation("act", at(100), {"SHA-256:aa"})}}), IsOk());
  EXPECT_THAT(store_->commit({.changes = {ActivationUse{bytes("act"), "SHA-256:bb"}}}),
              FailsWith(ErrorCode::activation_unknown));
  EXPECT_THAT(store_->commit({.changes = {ActivationUse{bytes("no"), "SHA-256:aa"}}}),
              FailsWith(ErrorCode::activation_unknown));
}

TEST_F(LedgerTest, ReleasedChunksGoAndTheirIndexesStayTaken) {
  ASSERT_THAT(store_->commit({.chunks = {chunk(Journal::trail, 0, {"a", "b"}), chunk(Journal::trail, 2, {"c"})}}),
              IsOk());
  ASSERT_THAT(store_->commit({.chunks = {chunk(Journal::tokens, 0, {"t"})}}), IsOk());
  ASSERT_THAT(store_->release_entries(Journal::trail, 1), IsOk());  // in the middle of the first
  ASSERT_OK_AND_ASSIGN(const auto both, store_->unreleased_entries(Journal::trail));
  EXPECT_EQ(both.size(), 2U);
  ASSERT_THAT(store_->release_entries(Journal::trail, 2), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto one, store_->unreleased_entries(Journal::trail));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].first, 2U);
  ASSERT_THAT(store_->release_entries(Journal::trail, 3), IsOk());
  EXPECT_THAT(store_->unreleased_entries(Journal::trail).value_or(both), IsEmpty());
  ASSERT_OK_AND_ASSIGN(const auto tokens, store_->unreleased_entries(Journal::tokens));
  EXPECT_EQ(tokens.size(), 1U);

  reopen();
  EXPECT_THAT(store_->commit({.chunks = {chunk(Journal::trail, 2, {"c"})}}), FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(store_->commit({.chunks = {chunk(Journal::trail, 3, {"d"})}}), IsOk());
}

TEST_F(LedgerTest, EntriesOfOtherSizesThanTheLogTakesAreRefused) {
  EXPECT_THAT(store_->commit({.chunks = {chunk(Journal::trail, 0, {""})}}), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(store_->commit({.chunks = {chunk(Journal::trail, 0, {std::string(65'536, 'x')})}}),
              FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(store_->commit({.chunks = {chunk(Journal::trail, 0, {std::string(65'535, 'x')})}}), IsOk());
}

TEST_F(LedgerTest, RecordsAreFoundBySubjectAndErased) {
  ASSERT_THAT(commit_record(3, "{\"name\":\"A\"}", "u-1"), IsOk());
  ASSERT_THAT(commit_record(4, "{\"name\":\"B\"}", "u-2"), IsOk());
  ASSERT_THAT(commit_record(9, "{\"name\":\"A\"}", "u-1"), IsOk());
  EXPECT_THAT(store_->records_about("u-1").value_or(std::vector<std::uint64_t>{}), ElementsAre(3U, 9U));
  EXPECT_THAT(erase(*store_, {3, 9, 77}), IsOk());
  EXPECT_THAT(erase(*store_, {3}), IsOk());
  EXPECT_THAT(store_->records_about("u-1").value_or(std::vector<std::uint64_t>{1}), IsEmpty());
  EXPECT_THAT(store_->record(3), FailsWith(ErrorCode::audit_index_unknown));
  EXPECT_THAT(store_->record(4), IsOk());
  EXPECT_THAT(commit_record(3, "{}"), FailsWith(ErrorCode::already_exists)) << "an erased index is not free again";
}

// Records of many sizes, erased in a random order: a row that SQLite had moved meanwhile would leave a copy behind, as
// deleted rows do in spite of secure_delete.
TEST_F(LedgerTest, ErasedTextIsInNoFileWhateverWasThereBeforeAndAfter) {
  constexpr std::size_t kErased = 500;
  const TemporaryFolder memory(test::memory_folder());
  ASSERT_OK_AND_ASSIGN(const auto store, open_sqlite(memory.path()));
  std::mt19937 random(7);
  const auto text = [](std::uint64_t index) { return "<山田太郎 " + std::to_string(10'000 + index) + ">"; };
  const std::string root(1'500, 'r');
  std::vector<std::uint64_t> order;
  for (std::uint64_t index = 0; index < kErased + 100; index += 2) {
    SignatureRow row = signature("sig_" + std::to_string(10'000 + index), index, index + 1);
    row.facts = text(index);
    row.tail = bytes(text(index) + std::string(random() % 9'000, 'y') + text(index));
    // A party's certificate, and one that all have.
    for (const std::string& der : {text(index) + std::string(random() % 5'000, 'z') + text(index + 1), root}) {
      auto made = std::make_shared<SharedCertificate>();
      made->der = bytes(der);
      std::memcpy(made->sha256.data(), der.data(), made->sha256.size());
      row.certificates.push_back({row.tail.size(), CertificateStretch::Form::der, made});
      append(row.tail, made->der);
    }
    ASSERT_THAT(store->commit({.records = {record(index, text(index) + std::string(random() % 900, 'x')),
                                           record(index + 1, text(index + 1) + std::string(random() % 900, 'x'))},
                               .changes = {row, answer("k" + std::to_string(random()), row.id.value())}}),
                IsOk());
    order.insert(order.end(), {index, index + 1});
  }
  std::shuffle(order.begin(), order.end(), random);
  for (std::size_t erased = 1; erased <= kErased; ++erased) {
    ASSERT_THAT(erase(*store, {order[erased - 1]}), IsOk());
    for (const char* name : {"rakkan.db", "rakkan.db-wal"}) {
      ASSERT_OK_AND_ASSIGN(const Bytes content, read_file(memory.path() / name, 1 << 28));
      for (std::size_t i = erased % 20 == 0 ? 0 : erased - 1; i < erased; ++i) {
        ASSERT_EQ(text_of(content).find(text(order[i])), std::string_view::npos)
            << "entry " << order[i] << ", " << name;
      }
    }
  }
  EXPECT_THAT(store->record(order.back()), IsOk()) << "the others are still there";
}

TEST_F(LedgerTest, ErasingTheIntentOrTheOutcomeEmptiesTheSignature) {
  for (const std::uint64_t erased : {10U, 21U}) {
    const std::string id = "sig_" + std::to_string(erased);
    const std::uint64_t intent = erased / 10 * 10;
    ASSERT_THAT(
        store_->commit({.records = {record(intent, "{}"), record(intent + 1, "{}")},
                        .changes = {signature(id, intent, intent + 1), answer(id, id), answer("kept" + id, "")}}),
        IsOk());
    EXPECT_THAT(erase(*store_, {erased}), IsOk());
    ASSERT_OK_AND_ASSIGN(const SignatureRow row, store_->signature(SignatureId(id)));
    EXPECT_EQ(row.facts, "");
    EXPECT_THAT(row.tail, IsEmpty());
    EXPECT_EQ(row.outcome, intent + 1);
    EXPECT_FALSE(store_->answer(TenantId("t"), id).value_or(answer("x", "")).has_value());
    EXPECT_TRUE(store_->answer(TenantId("t"), "kept" + id).value_or(std::nullopt).has_value());
  }
}

// A certificate that names itself.
std::shared_ptr<const SharedCertificate> certificate(const std::string& name) {
  auto made = std::make_shared<SharedCertificate>();
  made->der = bytes("<" + name + "> " + std::string(300, 'c'));
  for (std::size_t i = 0; i < made->sha256.size(); ++i) {
    made->sha256.at(i) = static_cast<Byte>(name.at(i % name.size()));
  }
  return made;
}

// The tail is the certificates, each behind a text of the row's own.
SignatureRow signature_with(std::uint64_t number,
                            const std::vector<std::shared_ptr<const SharedCertificate>>& certificates) {
  SignatureRow row = signature("sig_" + std::to_string(number), 2 * number, 2 * number + 1);
  row.tail = bytes("tail of " + std::to_string(number));
  for (const auto& one : certificates) {
    row.certificates.push_back({row.tail.size(), CertificateStretch::Form::der, one});
    append(row.tail, one->der);
    append(row.tail, std::string_view("."));
  }
  return row;
}

class CertificatesTest : public LedgerTest {
 protected:
  void add(const SignatureRow& row) { ASSERT_THAT(store_->commit({.changes = {row}}), IsOk()); }
  // How often a text stands in the database file; the log is empty.
  std::size_t times(const std::string& text) {
    EXPECT_THAT(store_->purge(), IsOk());
    const auto content = read_file(folder_.path() / "rakkan.db", 1 << 28);
    EXPECT_THAT(content, IsOk());
    const std::string_view file = text_of(*content);
    std::size_t count = 0;
    for (std::size_t at = file.find(text); at != std::string_view::npos; at = file.find(text, at + 1)) {
      ++count;
    }
    return count;
  }
  void expect_tail(const SignatureRow& row) {
    ASSERT_OK_AND_ASSIGN(const SignatureRow found, store_->signature(row.id));
    EXPECT_EQ(found.tail, row.tail) << row.id.value();
    EXPECT_THAT(found.certificates, IsEmpty());
  }
};

TEST_F(CertificatesTest, ACertificateIsKeptOnceForAllSignatures) {
  const auto signer = certificate("signer");
  const auto root = certificate("root");
  const SignatureRow first = signature_with(1, {signer, root});
  const SignatureRow second = signature_with(2, {root, signer, root});
  add(first);
  reopen();
  add(second);
  EXPECT_EQ(times("<signer>"), 1U);
  EXPECT_EQ(times("<root>"), 1U);
  expect_tail(first);
  expect_tail(second);
  reopen();
  expect_tail(first);
  expect_tail(second);
}

TEST_F(CertificatesTest, ACertificateAsDigitsIsKeptOnceToo) {
  const auto signer = certificate("signer");
  SignatureRow row = signature("sig_1", 2, 3);
  row.tail = bytes("/Contents <" + to_hex(signer->der) + "00>");
  row.certificates = {{11, CertificateStretch::Form::hex, signer}};
  add(row);
  EXPECT_EQ(times("<signer>"), 1U);
  EXPECT_EQ(times(to_hex(bytes_of("<signer>"))), 0U);
  expect_tail(row);
}

TEST_F(CertificatesTest, AStretchThatIsNotWhatItSaysIsKeptAsItIs) {
  const auto signer = certificate("signer");
  SignatureRow row = signature_with(1, {signer});
  row.certificates.front().at += 1;                                                // beside it
  row.certificates.push_back({1'000'000, CertificateStretch::Form::der, signer});  // behind the end
  row.certificates.push_back({0, CertificateStretch::Form::der, signer});          // out of order
  add(row);
  expect_tail(row);
  EXPECT_EQ(times("<signer>"), 1U);
}

TEST_F(CertificatesTest, ACertificateGoesWithTheLastSignatureThatHasIt) {
  const auto signer = certificate("signer");
  const auto root = certificate("root");
  add(signature_with(1, {signer, root}));
  add(signature_with(2, {signer, root, root}));
  const SignatureRow other = signature_with(3, {root});
  add(other);
  ASSERT_THAT(erase(*store_, {2}), IsOk());  // the intent of the first
  ASSERT_THAT(erase(*store_, {2, 3}), IsOk());
  EXPECT_EQ(times("<signer>"), 1U) << "the second has it";
  reopen();
  ASSERT_THAT(erase(*store_, {4, 5}), IsOk());
  EXPECT_EQ(times("<signer>"), 0U);
  EXPECT_EQ(times(std::string(text_of(signer->sha256))), 0U) << "its digest tells who it was, too";
  EXPECT_EQ(times("<root>"), 1U);
  expect_tail(other);

  const SignatureRow again = signature_with(4, {signer});
  add(again);
  EXPECT_EQ(times("<signer>"), 1U);
  reopen();
  expect_tail(again);
}

TEST_F(CertificatesTest, AnErasureAndANewSignatureInOneCommitLeaveTheCertificate) {
  const auto signer = certificate("signer");
  add(signature_with(1, {signer}));
  const SignatureRow next = signature_with(2, {signer});
  ASSERT_THAT(store_->commit({.changes = {RecordErasure{{2, 3}}, next}}), IsOk());
  expect_tail(next);
  ASSERT_THAT(erase(*store_, {4, 5}), IsOk());
  EXPECT_EQ(times("<signer>"), 0U);
}

// The counts are written with released entries and with erasures, and counted anew for what came behind.
TEST_F(CertificatesTest, ACertificateIsCountedWhateverCameBetween) {
  const auto signer = certificate("signer");
  add(signature_with(5, {signer}));
  ASSERT_THAT(store_->release_entries(Journal::trail, 1), IsOk());
  add(signature_with(6, {signer}));
  reopen();  // as after a crash: nothing was counted when it was closed
  const SignatureRow before = signature_with(1, {signer});
  add(before);  // its outcome is below what is counted
  reopen();
  ASSERT_THAT(erase(*store_, {10, 11}), IsOk());
  reopen();
  ASSERT_THAT(erase(*store_, {12}), IsOk());
  EXPECT_EQ(times("<signer>"), 1U);
  expect_tail(before);
  ASSERT_THAT(erase(*store_, {3}), IsOk());
  EXPECT_EQ(times("<signer>"), 0U);
}

TEST_F(CertificatesTest, ACertificateOfACommitThatFailedIsNotTakenForKept) {
  const auto signer = certificate("signer");
  const SignatureRow row = signature_with(1, {signer});
  EXPECT_THAT(store_->commit({.changes = {row, row}}), FailsWith(ErrorCode::already_exists));
  EXPECT_EQ(times("<signer>"), 0U);
  add(row);
  expect_tail(row);
  reopen();
  expect_tail(row);
}

// Rows as schema version 7 wrote them: a whole tail, and one that was erased.
TEST_F(CertificatesTest, ASignatureOfTheSchemaBeforeIsReadAndErased) {
  store_.reset();
  run_sql(folder_.path(), R"sql(
DROP TABLE evidence_piece; DROP TABLE kept_signature; DROP TABLE certificate_count; DROP TABLE certificate_use; DROP TABLE certificate; ALTER TABLE signature RENAME COLUMN state TO erased;
PRAGMA user_version=7;
INSERT INTO signature VALUES (3, 'sig_old', 't', 'op', 2, 5000, 0, '{"old":1}', CAST('<old tail>' AS BLOB));
INSERT INTO signature VALUES (5, 'sig_erased', 't', 'op', 4, 5000, 1, CAST(x'0000' AS TEXT), x'0000');)sql");
  reopen();
  ASSERT_OK_AND_ASSIGN(const SignatureRow old, store_->signature(SignatureId("sig_old")));
  EXPECT_EQ(old.tail, bytes("<old tail>"));
  EXPECT_EQ(old.facts, "{\"old\":1}");
  ASSERT_OK_AND_ASSIGN(const SignatureRow erased, store_->signature(SignatureId("sig_erased")));
  EXPECT_THAT(erased.tail, IsEmpty());
  EXPECT_EQ(erased.facts, "");
  add(signature_with(7, {certificate("signer")}));
  ASSERT_THAT(erase(*store_, {2}), IsOk());
  EXPECT_EQ(times("<old tail>"), 0U);
  ASSERT_OK_AND_ASSIGN(const SignatureRow now, store_->signature(SignatureId("sig_old")));
  EXPECT_EQ(now.facts, "");
}

TEST_F(CertificatesTest, ALostCertificateIsStoreCorrupt) {
  add(signature_with(1, {certificate("signer")}));
  store_.reset();
  run_sql(folder_.path(), "DELETE FROM certificate_use; DELETE FROM certificate;");
  reopen();
  EXPECT_THAT(store_->signature(SignatureId("sig_1")), FailsWith(ErrorCode::store_corrupt));
}

TEST_F(LedgerTest, SignatureOfAnotherIdIsUnknown) {
  EXPECT_THAT(store_->signature(SignatureId("sig_x")), FailsWith(ErrorCode::signature_unknown));
}

TEST_F(LedgerTest, AnswersBelongToATenant) {
  ASSERT_THAT(store_->commit({.changes = {answer("k", "")}}), IsOk());
  EXPECT_FALSE(store_->answer(TenantId("u"), "k").value_or(answer("x", "")).has_value());
}

TEST_F(LedgerTest, OldAnswersAndActivationsAreForgotten) {
  ASSERT_THAT(store_->commit(
                  {.changes = {answer("old", "", at(10)), answer("new", "", at(20)),
                               activation("old", at(10), {"SHA-256:aa"}), activation("new", at(20), {"SHA-256:aa"})}}),
              IsOk());
  ASSERT_THAT(store_->forget(at(20), at(20)), IsOk());
  EXPECT_FALSE(store_->answer(TenantId("t"), "old").value_or(answer("x", "")).has_value());
  EXPECT_TRUE(store_->answer(TenantId("t"), "new").value_or(std::nullopt).has_value());
  ASSERT_OK_AND_ASSIGN(const auto left, store_->activations(at(0)));
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].id, bytes("new"));
  EXPECT_THAT(store_->activations(at(20)).value_or(left), IsEmpty()) << "expired at its last instant";
}

TEST_F(LedgerTest, ReadsAndCommitsOfManyThreadsDoNotDisturbEachOther) {
  constexpr std::uint64_t kCommits = 100;
  std::atomic<std::uint64_t> committed{0};
  std::thread writer([&] {
    for (std::uint64_t index = 0; index < kCommits; ++index) {
      EXPECT_THAT(commit_record(index, "{}"), IsOk());  // and on: the others wait for the last
      committed = index + 1;
    }
  });
  std::thread releaser([&] {
    for (std::uint64_t end = 0; committed < kCommits; ++end) {
      EXPECT_THAT(store_->release_entries(Journal::tokens, end), IsOk());
    }
  });
  std::uint64_t seen = 0;
  while (seen < kCommits) {
    seen = committed;
    if (seen > 0) {
      EXPECT_THAT(store_->record(seen - 1), IsOk()) << "what is acknowledged can be read";
    }
    EXPECT_THAT(store_->answer(TenantId("t"), "k"), IsOk());
  }
  writer.join();
  releaser.join();
}

TEST_F(LedgerTest, FactsAreSetReplacedAndKept) {
  EXPECT_EQ(store_->fact("log.origin").value_or("x"), std::nullopt);
  ASSERT_THAT(store_->set_fact("log.origin", "a"), IsOk());
  ASSERT_THAT(store_->set_fact("log.origin", std::string("b\0c", 3)), IsOk());
  reopen();
  EXPECT_EQ(store_->fact("log.origin").value_or("x"), std::string("b\0c", 3));
}

TEST_F(LedgerTest, ApiKeysAreKeptInTheOrderOfTheirMaking) {
  ApiKeyRow first{ApiKeyId("z"),
                  TenantId("t"),
                  "契約係",
                  Bytes(32, Byte{1}),
                  {"sign", "timestamp"},
                  {"10.0.0.0/8", "2001:db8::/32"},
                  at(1),
                  at(100),
                  std::nullopt};
  ApiKeyRow second{ApiKeyId("a"), TenantId("u"), "", Bytes(32, Byte{2}), {}, {}, at(2), std::nullopt, std::nullopt};
  ASSERT_THAT(store_->commit({.changes = {second}}), IsOk());
  ASSERT_THAT(store_->commit({.changes = {first}}), IsOk());
  EXPECT_THAT(store_->commit({.changes = {first}}), FailsWith(ErrorCode::already_exists));
  ASSERT_THAT(store_->commit({.changes = {ApiKeyRevocation{ApiKeyId("z"), at(50)}}}), IsOk());
  ASSERT_THAT(store_->commit({.changes = {ApiKeyRevocation{ApiKeyId("z"), at(60)}}}), IsOk());
  EXPECT_THAT(store_->commit({.changes = {ApiKeyRevocation{ApiKeyId("no"), at(50)}}}),
              FailsWith(ErrorCode::api_key_unknown));
  reopen();
  ASSERT_OK_AND_ASSIGN(const auto rows, store_->api_keys());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id, ApiKeyId("z"));
  EXPECT_EQ(rows[0].tenant, TenantId("t"));
  EXPECT_EQ(rows[0].label, "契約係");
  EXPECT_EQ(rows[0].secret_hash, Bytes(32, Byte{1}));
  EXPECT_THAT(rows[0].scopes, ElementsAre("sign", "timestamp"));
  EXPECT_THAT(rows[0].addresses, ElementsAre("10.0.0.0/8", "2001:db8::/32"));
  EXPECT_EQ(rows[0].expires, at(100));
  EXPECT_EQ(rows[0].revoked, at(50)) << "the first revocation counts";
  EXPECT_EQ(rows[1].id, ApiKeyId("a"));
  EXPECT_THAT(rows[1].scopes, IsEmpty());
  EXPECT_EQ(rows[1].expires, std::nullopt);
}

// Ten signatures of one tenant, two at each moment, and one of another tenant between them.
class SignatureListTest : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    for (std::uint64_t i = 0; i < 10; ++i) {
      add(i, at(static_cast<int>(i / 2)), i % 2 == 0 ? "even" : "odd", "{\"n\":" + std::to_string(i) + "}");
    }
    SignatureRow row = signature("sig_other", 100, 101);
    row.tenant = TenantId("other");
    row.created = at(2);
    ASSERT_THAT(store_->commit({.changes = {row}}), IsOk());
  }
  void add(std::uint64_t number, Instant created, const std::string& credential, const std::string& facts) {
    SignatureRow row = signature("sig_" + std::to_string(number), 2 * number, 2 * number + 1);
    row.created = created;
    row.credential = CredentialId(credential);
    row.facts = facts;
    ASSERT_THAT(store_->commit({.changes = {row}}), IsOk());
  }
  // The ids of all pages, a blank between two, a bar behind each page.
  std::string pages(SignatureQuery query) {
    std::string text;
    for (int page = 0; page < 100; ++page) {
      const auto found = store_->signatures(query);
      if (!found) {
        return to_string(found.error());
      }
      for (const SignatureRow& row : found->rows) {
        EXPECT_TRUE(row.tail.empty());
        text += row.id.value().substr(4) + " ";
      }
      text += "|";
      if (!found->next) {
        return text;
      }
      query.after = found->next;
    }
    return text + "...";
  }
  SignatureQuery query(std::size_t most = 4) {
    SignatureQuery query{TenantId("t")};
    query.most = most;
    return query;
  }
};

TEST_F(SignatureListTest, PagesAreInTheOrderOfTime) {
  EXPECT_EQ(pages(query()), "9 8 7 6 |5 4 3 2 |1 0 |");
  EXPECT_EQ(pages(query(5)), "9 8 7 6 5 |4 3 2 1 0 |") << "a full page that is the last one says so";
  EXPECT_EQ(pages(query(100)), "9 8 7 6 5 4 3 2 1 0 |");
  SignatureQuery oldest = query(3);
  oldest.oldest_first = true;
  EXPECT_EQ(pages(oldest), "0 1 2 |3 4 5 |6 7 8 |9 |");
  EXPECT_EQ(pages(SignatureQuery{TenantId("other")}), "other |");
  EXPECT_EQ(pages(SignatureQuery{TenantId("nobody")}), "|");
}

TEST_F(SignatureListTest, TimeCredentialAndFactsChoose) {
  SignatureQuery between = query();
  between.from = at(1);
  between.before = at(3);
  EXPECT_EQ(pages(between), "5 4 3 2 |");
  between.most = 3;
  EXPECT_EQ(pages(between), "5 4 3 |2 |");
  between.oldest_first = true;
  EXPECT_EQ(pages(between), "2 3 4 |5 |");
  SignatureQuery of_credential = query();
  of_credential.credential = CredentialId("even");
  EXPECT_EQ(pages(of_credential), "8 6 4 2 |0 |");
  SignatureQuery with_facts = query();
  with_facts.facts_with = "\"n\":7";
  EXPECT_EQ(pages(with_facts), "7 |");
}

TEST_F(SignatureListTest, WhatIsAddedShiftsNoPage) {
  SignatureQuery first = query();
  ASSERT_OK_AND_ASSIGN(const SignaturePage page, store_->signatures(first));
  add(60, at(9), "new", "{}");
  first.after = page.next;
  EXPECT_EQ(pages(first), "5 4 3 2 |1 0 |");
}

TEST_F(SignatureListTest, AnErasedOneIsListedWithoutItsFacts) {
  ASSERT_THAT(erase(*store_, {15}), IsOk());  // the outcome of number 7
  ASSERT_OK_AND_ASSIGN(const SignaturePage page, store_->signatures(query(100)));
  ASSERT_EQ(page.rows.size(), 10U);
  EXPECT_EQ(page.rows.at(2).id, SignatureId("sig_7"));
  EXPECT_EQ(page.rows.at(2).facts, "");
  SignatureQuery with_facts = query();
  with_facts.facts_with = "\"n\":7";
  EXPECT_EQ(pages(with_facts), "|");
}

TEST_F(SignatureListTest, ASearchLooksAtSoManyAtATime) {
  std::vector<RowChange> many;
  for (std::uint64_t i = 0; i < 2 * SignatureQuery::kMostExamined; ++i) {
    many.emplace_back(signature("sig_many" + std::to_string(i), 1'000 + 2 * i, 1'001 + 2 * i));
  }
  ASSERT_THAT(store_->commit({.changes = many}), IsOk());
  SignatureQuery with_facts = query();
  with_facts.facts_with = "\"n\":7";
  EXPECT_EQ(pages(with_facts), "||7 |");
}

}  // namespace
}  // namespace rakkan::store
