#include "rakkan/store/store.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>

#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::store {
namespace {

using test::FailsWith;
using test::IsOk;
using test::TemporaryFolder;
using ::testing::ElementsAre;

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
  ASSERT_THAT(store_->add_credential(row), IsOk());
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
  ASSERT_THAT(store_->add_credential(seal("op")), IsOk());
  ASSERT_THAT(store_->disable_credential(CredentialId("op")), IsOk());
  EXPECT_THAT(store_->add_credential(seal("op")), FailsWith(ErrorCode::already_exists));
}

TEST_F(StoreTest, UnknownCredentialIsNamed) {
  EXPECT_THAT(store_->credential(CredentialId("x")), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(store_->disable_credential(CredentialId("x")), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(store_->activate_credential(CredentialId("x"), {Bytes{1}}), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(store_->add_activation_secret(CredentialId("x"), secret(1)), FailsWith(ErrorCode::credential_unknown));
}

TEST_F(StoreTest, ActivationKeepsCertificatesInOrderAndReplacesThem) {
  ASSERT_THAT(store_->add_credential(seal("op")), IsOk());
  ASSERT_THAT(store_->activate_credential(CredentialId("op"), {Bytes{9}, Bytes{1}, Bytes{5}}), IsOk());
  ASSERT_THAT(store_->activate_credential(CredentialId("op"), {Bytes{7}, Bytes{2}}), IsOk());
  ASSERT_OK_AND_ASSIGN(const CredentialRow row, store_->credential(CredentialId("op")));
  EXPECT_EQ(row.status, CredentialStatus::active);
  EXPECT_THAT(row.certificates, ElementsAre(Bytes{7}, Bytes{2}));
}

TEST_F(StoreTest, DisabledCredentialStaysDisabled) {
  ASSERT_THAT(store_->add_credential(seal("op")), IsOk());
  ASSERT_THAT(store_->disable_credential(CredentialId("op")), IsOk());
  EXPECT_THAT(store_->activate_credential(CredentialId("op"), {Bytes{9}}), FailsWith(ErrorCode::credential_disabled));
}

TEST_F(StoreTest, ListIsSortedById) {
  ASSERT_THAT(store_->add_credential(seal("b")), IsOk());
  ASSERT_THAT(store_->add_credential(seal("a")), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto rows, store_->credentials());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id, CredentialId("a"));
  EXPECT_EQ(rows[1].id, CredentialId("b"));
}

TEST_F(StoreTest, PinAttemptIsCountedBeforeItIsJudged) {
  ASSERT_THAT(store_->add_credential(seal("p")), IsOk());
  ASSERT_THAT(store_->add_activation_secret(CredentialId("p"), secret(1)), IsOk());
  const LockPolicy policy{2, std::nullopt};
  ASSERT_OK_AND_ASSIGN(const PinAttempt first, store_->begin_pin_attempt(CredentialId("p"), policy, at(1)));
  EXPECT_EQ(first.failures, 1U);
  EXPECT_EQ(first.secret.hash, secret(1).hash);
  reopen();  // as after a crash in the middle of the attempt
  ASSERT_OK_AND_ASSIGN(const PinAttempt second, store_->begin_pin_attempt(CredentialId("p"), policy, at(2)));
  EXPECT_EQ(second.failures, 2U);
  EXPECT_THAT(store_->begin_pin_attempt(CredentialId("p"), policy, at(3)), FailsWith(ErrorCode::pin_locked));
}

TEST_F(StoreTest, SuccessForgivesFailures) {
  ASSERT_THAT(store_->add_credential(seal("p")), IsOk());
  ASSERT_THAT(store_->add_activation_secret(CredentialId("p"), secret(1)), IsOk());
  const LockPolicy policy{2, std::nullopt};
  ASSERT_THAT(store_->begin_pin_attempt(CredentialId("p"), policy, at(1)), IsOk());
  ASSERT_THAT(store_->forgive_pin_failures(CredentialId("p")), IsOk());
  ASSERT_OK_AND_ASSIGN(const PinAttempt next, store_->begin_pin_attempt(CredentialId("p"), policy, at(2)));
  EXPECT_EQ(next.failures, 1U);
}

TEST_F(StoreTest, OperatorResetsALockedPin) {
  ASSERT_THAT(store_->add_credential(seal("p")), IsOk());
  EXPECT_THAT(store_->reset_pin_failures(CredentialId("p")), FailsWith(ErrorCode::activation_missing));
  ASSERT_THAT(store_->add_activation_secret(CredentialId("p"), secret(1)), IsOk());
  const LockPolicy policy{1, std::nullopt};
  ASSERT_THAT(store_->begin_pin_attempt(CredentialId("p"), policy, at(1)), IsOk());
  ASSERT_THAT(store_->begin_pin_attempt(CredentialId("p"), policy, at(2)), FailsWith(ErrorCode::pin_locked));
  ASSERT_THAT(store_->reset_pin_failures(CredentialId("p")), IsOk());
  reopen();
  ASSERT_OK_AND_ASSIGN(const PinAttempt next, store_->begin_pin_attempt(CredentialId("p"), policy, at(3)));
  EXPECT_EQ(next.failures, 1U);
  EXPECT_EQ(next.secret.hash, secret(1).hash);
}

TEST_F(StoreTest, LockEndsAfterItsTime) {
  ASSERT_THAT(store_->add_credential(seal("p")), IsOk());
  ASSERT_THAT(store_->add_activation_secret(CredentialId("p"), secret(1)), IsOk());
  const LockPolicy policy{1, std::chrono::seconds(60)};
  ASSERT_THAT(store_->begin_pin_attempt(CredentialId("p"), policy, at(100)), IsOk());
  EXPECT_THAT(store_->begin_pin_attempt(CredentialId("p"), policy, at(159)), FailsWith(ErrorCode::pin_locked));
  ASSERT_OK_AND_ASSIGN(const PinAttempt afresh, store_->begin_pin_attempt(CredentialId("p"), policy, at(160)));
  EXPECT_EQ(afresh.failures, 1U);
}

TEST_F(StoreTest, AttemptWithoutSecretIsActivationMissing) {
  ASSERT_THAT(store_->add_credential(seal("p")), IsOk());
  EXPECT_THAT(store_->begin_pin_attempt(CredentialId("p"), {3, std::nullopt}, at(1)),
              FailsWith(ErrorCode::activation_missing));
}

TEST_F(StoreTest, SecretIsSetOnceAndReplacedOnlyWhenItIsTheExpectedOne) {
  ASSERT_THAT(store_->add_credential(seal("p")), IsOk());
  ASSERT_THAT(store_->add_activation_secret(CredentialId("p"), secret(1)), IsOk());
  EXPECT_THAT(store_->add_activation_secret(CredentialId("p"), secret(2)), FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(store_->replace_activation_secret(CredentialId("p"), secret(9), secret(2)),
              FailsWith(ErrorCode::pin_incorrect));
  ASSERT_THAT(store_->replace_activation_secret(CredentialId("p"), secret(1), secret(2)), IsOk());
  ASSERT_OK_AND_ASSIGN(const PinAttempt attempt,
                       store_->begin_pin_attempt(CredentialId("p"), {3, std::nullopt}, at(1)));
  EXPECT_EQ(attempt.secret.hash, secret(2).hash);
}

TEST_F(StoreTest, EpochsRiseOverReopeningAndAreEachUnitsOwn) {
  EXPECT_EQ(store_->next_tsu_epoch(CredentialId("a")).value_or(0), 1U);
  EXPECT_EQ(store_->next_tsu_epoch(CredentialId("a")).value_or(0), 2U);
  reopen();
  EXPECT_EQ(store_->next_tsu_epoch(CredentialId("a")).value_or(0), 3U);
  EXPECT_EQ(store_->next_tsu_epoch(CredentialId("b")).value_or(0), 1U);
}

TEST_F(StoreTest, TwoConnectionsNeverShareAnEpoch) {
  constexpr int kEach = 50;
  std::vector<std::vector<std::uint64_t>> seen(2);
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&mine, this] {
      auto store = open_sqlite(folder_.path());
      ASSERT_THAT(store, IsOk());
      for (int i = 0; i < kEach; ++i) {
        ASSERT_OK_AND_ASSIGN(const std::uint64_t epoch, (*store)->next_tsu_epoch(CredentialId("tsu")));
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

TEST_F(StoreTest, TwoProcessesNeverShareAnEpoch) {
  store_.reset();  // a connection does not go through fork
  const auto child_pid = ::fork();
  ASSERT_GE(child_pid, 0);
  int taken = 0;
  auto store = open_sqlite(folder_.path());
  for (int i = 0; i < 20 && store; ++i) {
    taken += (*store)->next_tsu_epoch(CredentialId("tsu")).has_value() ? 1 : 0;
  }
  if (child_pid == 0) {
    ::_exit(taken == 20 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child_pid, &status, 0), child_pid);
  EXPECT_EQ(taken, 20);
  EXPECT_EQ(status, 0);
  EXPECT_EQ((*store)->next_tsu_epoch(CredentialId("tsu")).value_or(0), 41U);
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
  ASSERT_THAT(store_->add_credential(seal("op")), IsOk());
  run_sql("UPDATE credential SET status = 'half'");
  EXPECT_THAT(store_->credential(CredentialId("op")), FailsWith(ErrorCode::store_corrupt));
}

TEST_F(StoreTest, LockedDatabaseIsUnavailableAfterTheTimeout) {
  ASSERT_OK_AND_ASSIGN(const auto impatient, open_sqlite(folder_.path(), {std::chrono::milliseconds(50)}));
  sqlite3* holder = nullptr;
  ASSERT_EQ(sqlite3_open((folder_.path() / "rakkan.db").c_str(), &holder), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(holder, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_THAT(impatient->next_tsu_epoch(CredentialId("a")), FailsWith(ErrorCode::store_unavailable));
  sqlite3_close(holder);
  EXPECT_THAT(impatient->next_tsu_epoch(CredentialId("a")), IsOk());
}

}  // namespace
}  // namespace rakkan::store
