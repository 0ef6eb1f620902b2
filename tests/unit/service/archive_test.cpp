// Reading a data folder's log without keys, and erasing records from it.
#include "rakkan/service/archive.hpp"

#include <gmock/gmock.h>

#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/service/erasure.hpp"
#include "rakkan/store/store.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::service {
namespace {

using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

audit::Submission about(std::string subject, std::string body) {
  audit::Submission submission;
  submission.event = "signature.intent";
  submission.body = std::move(body);
  submission.subject = std::move(subject);
  return submission;
}

class AnArchive : public ::testing::Test {
 protected:
  // A log of three records, two about yamada, and one token.
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(store_, store::open_sqlite(folder_.path()));
    ASSERT_OK_AND_ASSIGN(auto key, crypto::SoftwareMessageSigner::generate());
    audit::Options options;
    options.origin = "log.example";
    ASSERT_OK_AND_ASSIGN(trail_,
                         audit::Trail::open(options, {posix_file_system(),
                                                      folder_.path() / "audit",
                                                      *store_,
                                                      clock_,
                                                      random_,
                                                      std::make_shared<crypto::SoftwareMessageSigner>(std::move(key)),
                                                      {}}));
    ASSERT_THAT(trail_->record_and_wait(about("yamada", R"({"n":0})")), IsOk());
    ASSERT_THAT(trail_->record_and_wait(about("suzuki", R"({"n":1})")), IsOk());
    ASSERT_THAT(trail_->record_and_wait(about("yamada", R"({"n":2})")), IsOk());
    audit::Submission token = about("", R"({"serial":"01"})");
    token.journal = audit::Journal::tokens;
    ASSERT_THAT(trail_->record_and_wait(std::move(token)), IsOk());
  }
  Result<std::unique_ptr<OpenArchive>> open() {
    trail_.reset();
    store_.reset();
    return OpenArchive::open(folder_.path(), {});
  }
  Result<std::vector<std::uint64_t>> erase(std::string_view subject, const std::vector<std::uint64_t>& indexes = {}) {
    return erase_records(*trail_, *store_, access::Principal{"local:0"}, subject, indexes);
  }

  test::TemporaryFolder folder_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<audit::Trail> trail_;
};

TEST_F(AnArchive, FindsTheEntriesOfASignature) {
  audit::Submission made = about("yamada", R"({"intent":0})");
  made.event = "signature.made";
  made.changes.emplace_back(
      store::SignatureRow{SignatureId("sig_1"), TenantId(), CredentialId("seal"), 0, 0, clock_.now(), "{}", {}});
  ASSERT_OK_AND_ASSIGN(const audit::Receipt receipt, trail_->record_and_wait(std::move(made)));
  ASSERT_OK_AND_ASSIGN(const auto archive, open());
  ASSERT_OK_AND_ASSIGN(const SignatureEntries entries, archive->signature(SignatureId("sig_1")));
  EXPECT_EQ(entries.intent, 0U);
  EXPECT_EQ(entries.outcome, receipt.index);
  EXPECT_THAT(archive->signature(SignatureId("sig_2")), FailsWith(ErrorCode::signature_unknown));
}

TEST_F(AnArchive, KnowsTheKeysOfBothLogsByTheFoldersWord) {
  std::vector<std::string> known;
  for (const audit::Journal journal : store::kJournals) {
    known.push_back(trail_->verifier_key(journal));
  }
  ASSERT_OK_AND_ASSIGN(const auto archive, open());
  ASSERT_OK_AND_ASSIGN(const auto keys, archive->own_keys());
  std::vector<std::string> texts;
  for (const audit::VerifierKey& key : keys) {
    texts.push_back(key.text());
  }
  EXPECT_EQ(texts, known);
}

TEST_F(AnArchive, GivesEntriesWithTheirRecords) {
  ASSERT_OK_AND_ASSIGN(const auto archive, open());
  ASSERT_OK_AND_ASSIGN(const audit::EntryFile file, archive->entry(audit::Journal::trail, 1));
  ASSERT_TRUE(file.record.has_value());
  EXPECT_EQ(file.record->body, R"({"n":1})");
  ASSERT_OK_AND_ASSIGN(const audit::Entry entry, audit::Entry::parse(bytes_of(file.entry)));
  EXPECT_EQ(*entry.commitment(), audit::commitment_of(file.record->salt, file.record->body));
  ASSERT_OK_AND_ASSIGN(const audit::EntryFile token, archive->entry(audit::Journal::tokens, 0));
  EXPECT_THAT(token.entry, HasSubstr(R"("serial":"01")"));
  EXPECT_FALSE(token.record.has_value());
  EXPECT_THAT(archive->entry(audit::Journal::trail, 3), FailsWith(ErrorCode::audit_index_unknown));
}

TEST_F(AnArchive, IsOfOneProcessAtATime) {
  ASSERT_OK_AND_ASSIGN(const auto archive, open());
  EXPECT_THAT(OpenArchive::open(folder_.path(), {}), FailsWith(ErrorCode::data_folder_in_use));
}

TEST_F(AnArchive, AFolderWithoutALogHasNoKeys) {
  const test::TemporaryFolder empty;
  EXPECT_THAT(OpenArchive::open(empty.path(), {}), FailsWith(ErrorCode::data_folder_missing));
  EXPECT_TRUE(std::filesystem::is_empty(empty.path())) << "looking made a data folder";
  ASSERT_THAT(store::open_sqlite(empty.path()), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto archive, OpenArchive::open(empty.path(), {}));
  ASSERT_OK_AND_ASSIGN(const auto keys, archive->own_keys());
  EXPECT_THAT(keys, IsEmpty());
}

TEST_F(AnArchive, BeforeAnErasureTheCertificatesOfItsSignaturesAreToldToTheCache) {
  const auto certificate = [](const char* der) {
    auto made = std::make_shared<store::SharedCertificate>();
    made->der = copy_of(bytes_of(der));
    std::copy(made->der.begin(), made->der.end(), made->sha256.begin());
    return made;
  };
  const auto sign = [&](const char* id, std::uint64_t intent, const auto& leaf) {
    audit::Submission made = about("yamada", "{}");
    store::SignatureRow row{SignatureId(id), TenantId(), CredentialId("seal"), intent, 0, clock_.now(), "{}",
                            leaf->der};
    row.certificates = {{0, store::CertificateStretch::Form::der, leaf}};
    made.changes.emplace_back(std::move(row));
    ASSERT_THAT(trail_->record_and_wait(std::move(made)), IsOk());
  };
  sign("sig_1", 0, certificate("<yamada>"));
  sign("sig_2", 1, certificate("<suzuki>"));
  std::vector<std::string> told;
  const auto forget = [&](const std::vector<Bytes>& certificates) -> Result<void> {
    for (const Bytes& der : certificates) {
      told.emplace_back(text_of(der));
    }
    EXPECT_THAT(store_->record(0), IsOk()) << "it is told first";
    return told.size() > 1 ? Result<void>() : fail(ErrorCode::store_unavailable, "not yet");
  };
  const access::Principal by{"local:0"};
  EXPECT_THAT(erase_records(*trail_, *store_, by, "", {0}, forget), FailsWith(ErrorCode::store_unavailable));
  EXPECT_THAT(store_->record(0), IsOk()) << "erased although the cache was not";
  EXPECT_THAT(told, ElementsAre("<yamada>"));
  EXPECT_THAT(erase_records(*trail_, *store_, by, "", {0}, forget), IsOk());
  EXPECT_THAT(told, ElementsAre("<yamada>", "<yamada>")) << "the signature with that intent, and no other";
}

TEST_F(AnArchive, ErasesAPersonsRecordsAndRecordsThatWithoutNaming) {
  ASSERT_OK_AND_ASSIGN(const auto erased, erase("yamada"));
  EXPECT_THAT(erased, ElementsAre(0, 2));
  ASSERT_OK_AND_ASSIGN(const auto archive, open());
  ASSERT_OK_AND_ASSIGN(const audit::EntryFile gone, archive->entry(audit::Journal::trail, 0));
  EXPECT_FALSE(gone.record.has_value());
  ASSERT_OK_AND_ASSIGN(const audit::EntryFile kept, archive->entry(audit::Journal::trail, 1));
  EXPECT_TRUE(kept.record.has_value());
  ASSERT_OK_AND_ASSIGN(const audit::EntryFile said, archive->entry(audit::Journal::trail, 3));
  EXPECT_THAT(said.entry, HasSubstr(R"("event":"record.erased")"));
  EXPECT_EQ(said.record->body, R"({"by":"local:0","indexes":[0,2]})");
  EXPECT_THAT(said.record->body, Not(HasSubstr("yamada")));
}

TEST_F(AnArchive, ErasesSingleRecordsOnceAndSaysNothingWhenThereIsNone) {
  ASSERT_OK_AND_ASSIGN(const auto erased, erase("", {1, 1, 17}));
  EXPECT_THAT(erased, ElementsAre(1));
  const std::uint64_t size = trail_->size(audit::Journal::trail);
  ASSERT_OK_AND_ASSIGN(const auto again, erase("", {1}));
  EXPECT_THAT(again, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const auto nobody, erase("nobody"));
  EXPECT_THAT(nobody, IsEmpty());
  EXPECT_EQ(trail_->size(audit::Journal::trail), size);
}

}  // namespace
}  // namespace rakkan::service
