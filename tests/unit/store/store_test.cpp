#include "rakkan/store/store.hpp"

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>

#include "support/eventually.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::store {
namespace {

using test::FailsWith;
using test::IsOk;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using namespace std::chrono_literals;

CredentialRow seal(const std::string& id) {
  return {CredentialId(id),
          CredentialKind::operator_seal,
          PartyId(),
          "token-" + id,
          "key-" + id,
          Bytes{1, 2, 3},
          "P-256",
          "ecdsa-sha256",
          CredentialStatus::pending,
          {},
          Instant(std::chrono::milliseconds(1'700'000'000'123))};
}

ActivationSecret secret(Byte first) { return {Bytes{first, 2}, Bytes{3, 4}, 1024, 3, 1}; }

Instant at(int seconds) { return Instant(std::chrono::seconds(seconds)); }

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.reset();
    ASSERT_OK_AND_ASSIGN(store_, open_sqlite(folder_.path()));
  }
  Result<void> change(RowChange one) { return store_->commit({.changes = {std::move(one)}}); }
  void run_sql(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_.path() / "rakkan.db").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, CredentialSurvivesReopening) {
  CredentialRow row = seal("op");
  row.kind = CredentialKind::party;
  row.party = PartyId("山田");
  row.tenant = TenantId("t-1");
  ASSERT_THAT(change(row), IsOk());
  reopen();
  ASSERT_OK_AND_ASSIGN(const CredentialRow read, store_->credential(row.id));
  EXPECT_EQ(read.kind, CredentialKind::party);
  EXPECT_EQ(read.party, row.party);
  EXPECT_EQ(read.tenant, TenantId("t-1"));
  EXPECT_EQ(read.token_label, "token-op");
  EXPECT_EQ(read.key_label, "key-op");
  EXPECT_EQ(read.key_id, (Bytes{1, 2, 3}));
  EXPECT_EQ(read.key_kind, "P-256");
  EXPECT_EQ(read.suite, "ecdsa-sha256");
  EXPECT_EQ(read.status, CredentialStatus::pending);
  EXPECT_EQ(read.created, row.created);
  EXPECT_TRUE(read.certificates.empty());
}

TEST_F(StoreTest, CredentialIdIsTakenOnce) {
  ASSERT_THAT(change(seal("op")), IsOk());
  ASSERT_THAT(change(CredentialDisabling{CredentialId("op")}), IsOk());
  EXPECT_THAT(change(seal("op")), FailsWith(ErrorCode::already_exists));
}

TEST_F(StoreTest, UnknownCredentialIsNamed) {
  EXPECT_THAT(store_->credential(CredentialId("x")), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(change(CredentialDisabling{CredentialId("x")}), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(change(CredentialActivation{CredentialId("x"), {Bytes{1}}}), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(change(PinAddition{CredentialId("x"), secret(1)}), FailsWith(ErrorCode::credential_unknown));
}

TEST_F(StoreTest, ActivationKeepsCertificatesInOrderAndReplacesThem) {
  ASSERT_THAT(change(seal("op")), IsOk());
  ASSERT_THAT(change(CredentialActivation{CredentialId("op"), {Bytes{9}, Bytes{1}, Bytes{5}}}), IsOk());
  ASSERT_THAT(change(CredentialActivation{CredentialId("op"), {Bytes{7}, Bytes{2}}}), IsOk());
  ASSERT_OK_AND_ASSIGN(const CredentialRow row, store_->credential(CredentialId("op")));
  EXPECT_EQ(row.status, CredentialStatus::active);
  EXPECT_THAT(row.certificates, ElementsAre(Bytes{7}, Bytes{2}));
}

TEST_F(StoreTest, DisabledCredentialStaysDisabled) {
  ASSERT_THAT(change(seal("op")), IsOk());
  ASSERT_THAT(change(CredentialDisabling{CredentialId("op")}), IsOk());
  EXPECT_THAT(change(CredentialActivation{CredentialId("op"), {Bytes{9}}}), FailsWith(ErrorCode::credential_disabled));
}

TEST_F(StoreTest, ListIsSortedById) {
  ASSERT_THAT(change(seal("b")), IsOk());
  ASSERT_THAT(change(seal("a")), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto rows, store_->credentials());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id, CredentialId("a"));
  EXPECT_EQ(rows[1].id, CredentialId("b"));
}

TEST_F(StoreTest, PinAttemptIsCountedBeforeItIsJudged) {
  ASSERT_THAT(change(seal("p")), IsOk());
  ASSERT_THAT(change(PinAddition{CredentialId("p"), secret(1)}), IsOk());
  const LockPolicy policy{2, std::nullopt};
  ASSERT_OK_AND_ASSIGN(const PinAttempt first,
                       store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(1)));
  EXPECT_EQ(first.failures, 1U);
  EXPECT_EQ(first.secret.hash, secret(1).hash);
  reopen();  // as after a crash in the middle of the attempt
  ASSERT_OK_AND_ASSIGN(const PinAttempt second,
                       store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(2)));
  EXPECT_EQ(second.failures, 2U);
  EXPECT_THAT(store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(3)),
              FailsWith(ErrorCode::pin_locked));
}

TEST_F(StoreTest, SuccessForgivesFailures) {
  ASSERT_THAT(change(seal("p")), IsOk());
  ASSERT_THAT(change(PinAddition{CredentialId("p"), secret(1)}), IsOk());
  const LockPolicy policy{2, std::nullopt};
  ASSERT_THAT(store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(1)), IsOk());
  ASSERT_THAT(store_->forgive_pin_failures(CredentialId("p"), TenantId("a")), IsOk());
  ASSERT_OK_AND_ASSIGN(const PinAttempt next,
                       store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(2)));
  EXPECT_EQ(next.failures, 1U);
}

TEST_F(StoreTest, OperatorResetsALockedPin) {
  ASSERT_THAT(change(seal("p")), IsOk());
  EXPECT_THAT(change(PinReset{CredentialId("p")}), FailsWith(ErrorCode::activation_missing));
  ASSERT_THAT(change(PinAddition{CredentialId("p"), secret(1)}), IsOk());
  const LockPolicy policy{1, std::nullopt};
  ASSERT_THAT(store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(1)), IsOk());
  ASSERT_THAT(store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(2)),
              FailsWith(ErrorCode::pin_locked));
  ASSERT_THAT(change(PinReset{CredentialId("p")}), IsOk());
  reopen();
  ASSERT_OK_AND_ASSIGN(const PinAttempt next,
                       store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(3)));
  EXPECT_EQ(next.failures, 1U);
  EXPECT_EQ(next.secret.hash, secret(1).hash);
}

TEST_F(StoreTest, AFailureIsItsTenantsAndAWaitIsEverybodysWhoNeverHadThePinRight) {
  const CredentialId p("p");
  const TenantId a("a"), b("b"), known("known");
  ASSERT_THAT(store_->commit({.changes = {seal("p")}}), IsOk());
  ASSERT_THAT(store_->commit({.changes = {PinAddition{p, secret(1)}}}), IsOk());
  const LockPolicy policy{2, std::nullopt, std::chrono::seconds(10), std::chrono::seconds(15)};
  ASSERT_THAT(store_->begin_pin_attempt(p, known, policy, at(0)), IsOk());
  ASSERT_THAT(store_->forgive_pin_failures(p, known), IsOk());

  ASSERT_THAT(store_->begin_pin_attempt(p, a, policy, at(1)), IsOk());
  const auto early = store_->begin_pin_attempt(p, a, policy, at(10));
  ASSERT_THAT(early, FailsWith(ErrorCode::pin_wait));
  EXPECT_EQ(early.error().retry_after, std::chrono::seconds(1));
  EXPECT_THAT(store_->begin_pin_attempt(p, b, policy, at(10)), FailsWith(ErrorCode::pin_wait));
  ASSERT_OK_AND_ASSIGN(const PinAttempt not_concerned, store_->begin_pin_attempt(p, known, policy, at(10)));
  EXPECT_EQ(not_concerned.failures, 1U);
  ASSERT_THAT(store_->forgive_pin_failures(p, known), IsOk());

  ASSERT_OK_AND_ASSIGN(const PinAttempt second, store_->begin_pin_attempt(p, a, policy, at(11)));
  EXPECT_EQ(second.failures, 2U) << "what came too early did not count";
  reopen();
  EXPECT_THAT(store_->begin_pin_attempt(p, a, policy, at(1'000'000)), FailsWith(ErrorCode::pin_locked));
  EXPECT_THAT(store_->begin_pin_attempt(p, b, policy, at(25)), FailsWith(ErrorCode::pin_wait)) << "10, 20, at most 15";
  ASSERT_OK_AND_ASSIGN(const PinAttempt others, store_->begin_pin_attempt(p, b, policy, at(26)));
  EXPECT_EQ(others.failures, 1U);

  ASSERT_THAT(store_->commit({.changes = {PinReset{p, a}}}), IsOk());
  EXPECT_THAT(store_->begin_pin_attempt(p, a, policy, at(100)), IsOk());
  ASSERT_OK_AND_ASSIGN(const PinAttempt still, store_->begin_pin_attempt(p, b, policy, at(200)));
  EXPECT_EQ(still.failures, 2U);
}

TEST_F(StoreTest, AClockThatIsSetBackMakesNobodyWait) {
  const CredentialId p("p");
  const TenantId a("a");
  ASSERT_THAT(store_->commit({.changes = {seal("p")}}), IsOk());
  ASSERT_THAT(store_->commit({.changes = {PinAddition{p, secret(1)}}}), IsOk());
  const LockPolicy policy{3, std::nullopt, std::chrono::seconds(10), std::chrono::seconds(10)};
  ASSERT_THAT(store_->begin_pin_attempt(p, a, policy, at(1'000'000)), IsOk());
  ASSERT_OK_AND_ASSIGN(const PinAttempt second, store_->begin_pin_attempt(p, a, policy, at(1'000)));
  EXPECT_EQ(second.failures, 2U);
  EXPECT_THAT(store_->begin_pin_attempt(p, a, policy, at(1'001)), FailsWith(ErrorCode::pin_wait));
}

TEST_F(StoreTest, WhoMadeAKeyIsKept) {
  ApiKeyRow row;
  row.id = ApiKeyId("child");
  row.tenant = TenantId("a");
  row.scopes = {"sign"};
  row.maker = ApiKeyId("maker");
  ASSERT_THAT(store_->commit({.changes = {row}}), IsOk());
  reopen();
  ASSERT_OK_AND_ASSIGN(const auto rows, store_->api_keys());
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].maker, ApiKeyId("maker"));
}

TEST_F(StoreTest, LockEndsAfterItsTime) {
  ASSERT_THAT(change(seal("p")), IsOk());
  ASSERT_THAT(change(PinAddition{CredentialId("p"), secret(1)}), IsOk());
  const LockPolicy policy{1, std::chrono::seconds(60)};
  ASSERT_THAT(store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(100)), IsOk());
  EXPECT_THAT(store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(159)),
              FailsWith(ErrorCode::pin_locked));
  ASSERT_OK_AND_ASSIGN(const PinAttempt afresh,
                       store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), policy, at(160)));
  EXPECT_EQ(afresh.failures, 1U);
}

TEST_F(StoreTest, AttemptWithoutSecretIsActivationMissing) {
  ASSERT_THAT(change(seal("p")), IsOk());
  EXPECT_THAT(store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), {3, std::nullopt}, at(1)),
              FailsWith(ErrorCode::activation_missing));
}

TEST_F(StoreTest, SecretIsSetOnceAndReplacedOnlyWhenItIsTheExpectedOne) {
  ASSERT_THAT(change(seal("p")), IsOk());
  ASSERT_THAT(change(PinAddition{CredentialId("p"), secret(1)}), IsOk());
  EXPECT_THAT(change(PinAddition{CredentialId("p"), secret(2)}), FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(change(PinReplacement{CredentialId("p"), secret(9), secret(2)}), FailsWith(ErrorCode::pin_incorrect));
  ASSERT_THAT(change(PinReplacement{CredentialId("p"), secret(1), secret(2)}), IsOk());
  ASSERT_OK_AND_ASSIGN(const PinAttempt attempt,
                       store_->begin_pin_attempt(CredentialId("p"), TenantId("a"), {3, std::nullopt}, at(1)));
  EXPECT_EQ(attempt.secret.hash, secret(2).hash);
}

TEST_F(StoreTest, EpochsRiseOverReopeningAndAreEachUnitsOwn) {
  EXPECT_EQ(store_->next_tsu_epoch(CredentialId("a")).value_or(0), 1U);
  EXPECT_EQ(store_->next_tsu_epoch(CredentialId("a")).value_or(0), 2U);
  reopen();
  EXPECT_EQ(store_->next_tsu_epoch(CredentialId("a")).value_or(0), 3U);
  EXPECT_EQ(store_->next_tsu_epoch(CredentialId("b")).value_or(0), 1U);
}

TEST_F(StoreTest, ThreadsNeverShareAnEpoch) {
  constexpr int kEach = 50;
  std::vector<std::vector<std::uint64_t>> seen(2);
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&mine, this] {
      for (int i = 0; i < kEach; ++i) {
        ASSERT_OK_AND_ASSIGN(const std::uint64_t epoch, store_->next_tsu_epoch(CredentialId("tsu")));
        mine.push_back(epoch);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::set<std::uint64_t> all(seen[0].begin(), seen[0].end());
  all.insert(seen[1].begin(), seen[1].end());
  EXPECT_EQ(all.size(), 2U * kEach);
}

TEST_F(StoreTest, SecondStoreOfAFolderIsRefused) {
  EXPECT_THAT(open_sqlite(folder_.path(), {50ms}), FailsWith(ErrorCode::store_unavailable));
  EXPECT_THAT(store_->next_tsu_epoch(CredentialId("tsu")), IsOk());
}

TEST_F(StoreTest, OpeningWaitsUntilAnotherProcessIsDone) {
  store_.reset();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const auto child_pid = ::fork();
  ASSERT_GE(child_pid, 0);
  if (child_pid == 0) {
    auto store = open_sqlite(folder_.path());
    const bool taken = store && (*store)->next_tsu_epoch(CredentialId("tsu")).has_value();
    (void)!::write(ready[1], "", 1);
    test::let_pass(100ms);
    ::_exit(taken ? 0 : 1);  // killed, so to speak: nothing is closed
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_OK_AND_ASSIGN(const auto store, open_sqlite(folder_.path()));
  int status = 0;
  ASSERT_EQ(::waitpid(child_pid, &status, 0), child_pid);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(store->next_tsu_epoch(CredentialId("tsu")).value_or(0), 2U);
}

// A shell that opened our log beside us would cut it off when it closes.
TEST_F(StoreTest, ForeignProgramsAreLockedOutWhileItIsOpen) {
  ASSERT_THAT(store_->next_tsu_epoch(CredentialId("a")), IsOk());
  sqlite3* foreign = nullptr;
  ASSERT_EQ(sqlite3_open((folder_.path() / "rakkan.db").c_str(), &foreign), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(foreign, "SELECT count(*) FROM tsu_epoch", nullptr, nullptr, nullptr), SQLITE_BUSY);
  sqlite3_close(foreign);
  ASSERT_THAT(store_->next_tsu_epoch(CredentialId("a")), IsOk());
  reopen();
  EXPECT_EQ(store_->next_tsu_epoch(CredentialId("a")).value_or(0), 3U);
}

TEST_F(StoreTest, DatabaseIsForItsOwnerAlone) {
  ASSERT_THAT(store_->next_tsu_epoch(CredentialId("a")), IsOk());
  for (const char* name : {"rakkan.db", "rakkan.db-wal"}) {
    struct stat status{};
    ASSERT_EQ(::stat((folder_.path() / name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
  }
}

TEST_F(StoreTest, NewerSchemaIsRefused) {
  store_.reset();
  run_sql("PRAGMA user_version=1000");
  EXPECT_THAT(open_sqlite(folder_.path()), FailsWith(ErrorCode::store_unavailable));
}

TEST_F(StoreTest, ForeignDatabaseIsRefused) {
  store_.reset();
  run_sql("PRAGMA application_id=7");
  EXPECT_THAT(open_sqlite(folder_.path()), FailsWith(ErrorCode::store_corrupt));
}

TEST_F(StoreTest, GarbageIsStoreCorrupt) {
  TemporaryFolder other;
  std::ofstream(other.path() / "rakkan.db") << std::string(8192, 'x');
  EXPECT_THAT(open_sqlite(other.path()), FailsWith(ErrorCode::store_corrupt));
}

TEST_F(StoreTest, UnknownStatusIsStoreCorrupt) {
  ASSERT_THAT(change(seal("op")), IsOk());
  store_.reset();
  run_sql("UPDATE credential SET status = 'half'");
  reopen();
  EXPECT_THAT(store_->credential(CredentialId("op")), FailsWith(ErrorCode::store_corrupt));
}

TEST_F(StoreTest, LockedDatabaseIsUnavailableAfterTheTimeout) {
  store_.reset();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const auto holder_pid =
      ::fork();  // a process of its own: POSIX locks end when their process closes the file anywhere
  ASSERT_GE(holder_pid, 0);
  if (holder_pid == 0) {
    sqlite3* holder = nullptr;
    sqlite3_open((folder_.path() / "rakkan.db").c_str(), &holder);
    sqlite3_exec(holder, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    (void)!::write(ready[1], "", 1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THAT(open_sqlite(folder_.path(), {50ms}), FailsWith(ErrorCode::store_unavailable));
  ::kill(holder_pid, SIGKILL);
  ::waitpid(holder_pid, nullptr, 0);
  EXPECT_THAT(open_sqlite(folder_.path(), {50ms}), IsOk());
}

// A store of schema version 1, written by SQLite's own means.
TEST_F(StoreTest, FirstSchemaIsBroughtToThisVersion) {
  TemporaryFolder old;
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((old.path() / "rakkan.db").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, R"sql(
PRAGMA journal_mode=WAL;
CREATE TABLE credential (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, party TEXT NOT NULL, token_label TEXT NOT NULL, key_label TEXT NOT NULL,
  key_id BLOB NOT NULL, key_kind TEXT NOT NULL, suite TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE credential_certificate (
  credential TEXT NOT NULL REFERENCES credential(id), position INTEGER NOT NULL, der BLOB NOT NULL,
  PRIMARY KEY (credential, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE activation_secret (
  credential TEXT PRIMARY KEY REFERENCES credential(id), hash BLOB NOT NULL, salt BLOB NOT NULL, memory_kib INTEGER NOT NULL,
  iterations INTEGER NOT NULL, parallelism INTEGER NOT NULL, failures INTEGER NOT NULL, last_failure INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tsu_epoch (unit TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO credential VALUES ('op', 'operator', '', 't', 'k', x'01', 'P-256', 's', 'active', 7);
INSERT INTO credential VALUES ('p', 'party', 'p', 't', 'k', x'01', 'P-256', 's', 'active', 7);
INSERT INTO activation_secret VALUES ('p', x'01', x'02', 8, 1, 1, 4, 9000);
INSERT INTO tsu_epoch VALUES ('tsu', 41);
PRAGMA application_id=0x524B4B4E;
PRAGMA user_version=1;)sql",
                         nullptr, nullptr, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
  ASSERT_OK_AND_ASSIGN(const auto store, open_sqlite(old.path()));
  ASSERT_OK_AND_ASSIGN(const CredentialRow row, store->credential(CredentialId("op")));
  EXPECT_EQ(row.status, CredentialStatus::active);
  EXPECT_TRUE(row.tenant.empty());
  EXPECT_EQ(store->next_tsu_epoch(CredentialId("tsu")).value_or(0), 42U);
  EXPECT_THAT(store->set_fact("a", "b"), IsOk());
  ASSERT_OK_AND_ASSIGN(const PinAttempt counted,
                       store->begin_pin_attempt(CredentialId("p"), TenantId(), {5, std::nullopt}, at(10)));
  EXPECT_EQ(counted.failures, 5U) << "failures stay counted";
  EXPECT_EQ(counted.secret.hash, Bytes{1});
}

}  // namespace
}  // namespace rakkan::store
