// Signatures between their value and their outcome: kept whole, and gone without a trace.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <set>

#include "rakkan/base/file.hpp"
#include "rakkan/store/store.hpp"
#include "store/kept_form.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::store {
namespace {

using test::FailsWith;
using test::IsOk;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class T>
T must(Result<T> result) {
  EXPECT_TRUE(result.has_value()) << (result ? "" : to_string(result.error()));
  return result ? *std::move(result) : T();
}

Instant at(int seconds) { return Instant(std::chrono::seconds(seconds)); }
Bytes bytes(std::string_view text) { return copy_of(bytes_of(text)); }

std::shared_ptr<const SharedCertificate> certificate(const std::string& der) {
  auto made = std::make_shared<SharedCertificate>();
  made->der = bytes(der);
  std::memcpy(made->sha256.data(), der.data(), std::min(made->sha256.size(), der.size()));
  return made;
}

KeptSignatureRow kept(const std::string& id, std::uint64_t intent, const std::string& content,
                      std::vector<std::shared_ptr<const SharedCertificate>> certificates = {}) {
  KeptSignatureRow row;
  row.id = SignatureId(id);
  row.tenant = TenantId("t");
  row.credential = CredentialId("op");
  row.intent = intent;
  row.created = at(static_cast<int>(intent));
  row.level = "B-T";
  row.missing = "timestamp";
  row.source = "outside";
  row.idempotency_key = "key of " + id;
  row.content = bytes(content);
  row.certificates = std::move(certificates);
  return row;
}

class KeptSignatures : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.reset();
    ASSERT_OK_AND_ASSIGN(store_, open_sqlite(folder_.path()));
  }
  Result<void> commit(std::vector<RowChange> changes) { return store_->commit({.changes = std::move(changes)}); }
  Result<void> release(const std::string& id, bool made = true) {
    return commit({KeptSignatureRelease{SignatureId(id), made}});
  }
  Result<void> answer(const std::string& id) {
    return commit({IdempotencyRow{TenantId("t"), "key of " + id, bytes("print"), at(1), SignatureId(id), {}}});
  }
  bool has_answer(const std::string& id) { return must(store_->answer(TenantId("t"), "key of " + id)).has_value(); }
  // Whether a file of the store has the text.
  bool is_in_files(std::string_view text) {
    for (const char* const name : {"rakkan.db", "rakkan.db-wal"}) {
      const auto content = read_file(folder_.path() / name, 1 << 30);
      if (content && text_of(*content).find(text) != std::string_view::npos) {
        return true;
      }
    }
    return false;
  }
  std::size_t size_of_database() { return std::filesystem::file_size(folder_.path() / "rakkan.db"); }

  TemporaryFolder folder_{test::memory_folder()};
  std::unique_ptr<Store> store_;
};

TEST_F(KeptSignatures, OneIsThereAfterReopeningAsItWas) {
  const auto leaf = certificate("leaf <山田>");
  const auto issuer = certificate("issuer");
  ASSERT_THAT(commit({kept("sig_1", 7, std::string(9'000, 'x'), {leaf, issuer}), kept("sig_2", 3, "")}), IsOk());
  reopen();
  ASSERT_OK_AND_ASSIGN(const KeptSignatureRow row, store_->kept_signature(SignatureId("sig_1")));
  EXPECT_EQ(row.tenant, TenantId("t"));
  EXPECT_EQ(row.credential, CredentialId("op"));
  EXPECT_EQ(row.intent, 7U);
  EXPECT_EQ(row.created, at(7));
  EXPECT_EQ(row.level, "B-T");
  EXPECT_EQ(row.missing, "timestamp");
  EXPECT_EQ(row.source, "outside");
  EXPECT_EQ(row.idempotency_key, "key of sig_1");
  EXPECT_EQ(row.content, bytes(std::string(9'000, 'x')));
  ASSERT_THAT(row.certificates, SizeIs(2));
  EXPECT_EQ(row.certificates.front()->der, leaf->der);
  EXPECT_EQ(row.certificates.front()->sha256, leaf->sha256);
  EXPECT_EQ(row.certificates.back()->der, issuer->der);
  ASSERT_OK_AND_ASSIGN(const auto all, store_->kept_signatures());
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all.front().id, SignatureId("sig_2")) << "by their intents";
  EXPECT_EQ(all.back().source, "outside");
}

TEST_F(KeptSignatures, AReleasedOneIsOverwritten) {
  ASSERT_THAT(commit({kept("sig_1", 1, "<山田太郎>")}), IsOk());
  ASSERT_THAT(release("sig_1"), IsOk());
  EXPECT_THAT(store_->kept_signature(SignatureId("sig_1")), FailsWith(ErrorCode::signature_unknown));
  ASSERT_THAT(store_->purge(), IsOk());
  EXPECT_FALSE(is_in_files("<山田太郎>"));
  EXPECT_FALSE(is_in_files("key of sig_1"));
}

TEST_F(KeptSignatures, ASecondReleaseUndoesItsWholeCommit) {
  ASSERT_THAT(commit({kept("sig_1", 1, "x")}), IsOk());
  ASSERT_THAT(release("sig_1"), IsOk());
  EXPECT_THAT(commit({FactChange{"f", "v"}, KeptSignatureRelease{SignatureId("sig_1"), true}}),
              FailsWith(ErrorCode::signature_unknown));
  EXPECT_EQ(must(store_->fact("f")), std::nullopt);
  ASSERT_THAT(commit({kept("sig_1", 1, "x")}), IsOk());
  EXPECT_THAT(commit({kept("sig_1", 1, "x")}), FailsWith(ErrorCode::already_exists));
}

TEST_F(KeptSignatures, ACommitThatFailsTakesNoPlace) {
  ASSERT_THAT(commit({kept("sig_1", 1, "x"), kept("sig_2", 2, "x")}), IsOk());
  ASSERT_THAT(release("sig_1"), IsOk());
  EXPECT_THAT(commit({kept("sig_3", 3, "y"), KeptSignatureRelease{SignatureId("none"), true}}),
              FailsWith(ErrorCode::signature_unknown));
  EXPECT_THAT(store_->kept_signature(SignatureId("sig_3")), FailsWith(ErrorCode::signature_unknown));
  ASSERT_THAT(commit({kept("sig_4", 4, "z"), kept("sig_5", 5, "z")}), IsOk());
  for (const char* const id : {"sig_2", "sig_4", "sig_5"}) {
    EXPECT_THAT(store_->kept_signature(SignatureId(id)), IsOk()) << id;
  }
  reopen();
  EXPECT_THAT(must(store_->kept_signatures()), SizeIs(3));
}

TEST_F(KeptSignatures, PlacesAreUsedAgain) {
  const auto round = [&](int number) {
    std::vector<RowChange> come;
    std::vector<RowChange> go;
    for (int i = 0; i < 64; ++i) {
      const std::string id = "sig_" + std::to_string(number) + "_" + std::to_string(i);
      come.emplace_back(kept(id, static_cast<std::uint64_t>(64 * number + i), std::string(1'000 + 300 * (i % 9), 'x')));
      go.emplace_back(KeptSignatureRelease{SignatureId(id), true});
    }
    ASSERT_THAT(commit(std::move(come)), IsOk());
    ASSERT_THAT(commit(std::move(go)), IsOk());
    ASSERT_THAT(store_->purge(), IsOk());
  };
  round(0);
  const std::size_t size = size_of_database();
  for (int number = 1; number < 20; ++number) {
    round(number);
  }
  EXPECT_EQ(size_of_database(), size);
  reopen();
  round(20);
  EXPECT_EQ(size_of_database(), size);
}

// Rows of every size come and go in any order. Of those that are gone nothing is left, whatever their neighbours do.
TEST_F(KeptSignatures, NothingIsLeftOfThoseThatAreGone) {
  std::mt19937 random(11);
  const auto text = [](std::uint64_t number) { return "<山田太郎 " + std::to_string(10'000 + number) + ">"; };
  std::vector<std::uint64_t> there;
  std::vector<std::uint64_t> gone;
  for (std::uint64_t number = 0; number < 400; ++number) {
    std::string content = text(number) + std::string(random() % 12'000, 'x') + text(number);
    ASSERT_THAT(commit({kept(text(number), number, content)}), IsOk());
    there.push_back(number);
    while (there.size() > 20 || (!there.empty() && random() % 3 == 0)) {
      const std::size_t which = random() % there.size();
      const std::uint64_t leaves = there.at(which);
      there.erase(there.begin() + static_cast<std::ptrdiff_t>(which));
      gone.push_back(leaves);
      ASSERT_THAT(leaves % 2 == 0 ? release(text(leaves)) : commit({RecordErasure{{leaves}}}), IsOk());
    }
    ASSERT_THAT(store_->purge(), IsOk());
    ASSERT_OK_AND_ASSIGN(const Bytes content_of_file, read_file(folder_.path() / "rakkan.db", 1 << 30));
    for (std::size_t i = number % 20 == 0 ? 0 : gone.size() - std::min<std::size_t>(gone.size(), 2); i < gone.size();
         ++i) {
      ASSERT_EQ(text_of(content_of_file).find(text(gone.at(i))), std::string_view::npos) << gone.at(i);
    }
  }
  EXPECT_THAT(must(store_->kept_signatures()), SizeIs(there.size()));
  for (const std::uint64_t number : there) {
    EXPECT_THAT(store_->kept_signature(SignatureId(text(number))), IsOk());
  }
}

TEST_F(KeptSignatures, AnErasureOfItsIntentTakesItWithItsAnswer) {
  ASSERT_THAT(commit({kept("sig_1", 1, "<山田太郎>", {certificate("<証明書>" + std::string(100, 'c'))})}), IsOk());
  ASSERT_THAT(answer("sig_1"), IsOk());
  ASSERT_THAT(commit({RecordErasure{{1}}}), IsOk());
  ASSERT_THAT(store_->purge(), IsOk());
  EXPECT_THAT(store_->kept_signature(SignatureId("sig_1")), FailsWith(ErrorCode::signature_unknown));
  EXPECT_FALSE(has_answer("sig_1"));
  EXPECT_FALSE(is_in_files("<山田太郎>"));
  EXPECT_FALSE(is_in_files("<証明書>")) << "nobody else has the certificate";
}

TEST_F(KeptSignatures, ItsCertificatesAreBehindItsIntentAsThoseOfAMadeOne) {
  const auto leaf = certificate("leaf" + std::string(100, 'c'));
  const auto root = certificate("root" + std::string(100, 'c'));
  SignatureRow made{SignatureId("sig_0"), TenantId("t"), CredentialId("op"), 10, 11, at(5), "{}", root->der};
  made.certificates = {{0, CertificateStretch::Form::der, root}};
  ASSERT_THAT(commit({made, kept("sig_1", 1, "x", {leaf, root})}), IsOk());
  reopen();
  EXPECT_THAT(must(store_->certificates_behind({1})), ElementsAre(root->der, leaf->der));
  EXPECT_THAT(must(store_->certificates_behind({10})), ElementsAre(root->der));
  EXPECT_THAT(must(store_->certificates_behind({11})), ElementsAre(root->der));
  EXPECT_THAT(must(store_->certificates_behind({1, 10, 11})), SizeIs(2)) << "each once";
  EXPECT_THAT(must(store_->certificates_behind({2, 999})), IsEmpty());
  ASSERT_THAT(release("sig_1", false), IsOk());
  EXPECT_THAT(must(store_->certificates_behind({1})), IsEmpty());
}

TEST_F(KeptSignatures, TheAnswerStaysWithASignatureThatWasMadeAndGoesWithOneThatWasNot) {
  for (const bool made : {true, false}) {
    const std::string id = made ? "sig_1" : "sig_2";
    ASSERT_THAT(commit({kept(id, 1, "x")}), IsOk());
    ASSERT_THAT(answer(id), IsOk());
    ASSERT_THAT(release(id, made), IsOk());
    EXPECT_EQ(has_answer(id), made);
  }
}

TEST_F(KeptSignatures, AnAnswerToAnotherSignatureStays) {
  ASSERT_THAT(commit({kept("sig_1", 1, "x")}), IsOk());
  ASSERT_THAT(commit({IdempotencyRow{TenantId("t"), "key of sig_1", {}, at(1), SignatureId("sig_9"), {}}}), IsOk());
  ASSERT_THAT(release("sig_1", false), IsOk());
  EXPECT_TRUE(has_answer("sig_1"));
}

TEST_F(KeptSignatures, AnswersAreNotForgottenBeforeTheirSignatureIsComplete) {
  ASSERT_THAT(commit({kept("sig_1", 1, "x")}), IsOk());
  ASSERT_THAT(answer("sig_1"), IsOk());
  ASSERT_THAT(store_->forget(at(1'000), at(1'000)), IsOk());
  EXPECT_TRUE(has_answer("sig_1"));
  ASSERT_THAT(release("sig_1"), IsOk());
  ASSERT_THAT(store_->forget(at(1'000), at(1'000)), IsOk());
  EXPECT_FALSE(has_answer("sig_1"));
}

TEST_F(KeptSignatures, ACertificateStaysAsLongAsOneThatIsKeptHasIt) {
  const auto leaf = certificate("<証明書 山田>" + std::string(200, 'c'));
  SignatureRow other{SignatureId("sig_0"), TenantId("t"), CredentialId("op"), 10, 11, at(5), "{}", leaf->der};
  other.certificates = {{0, CertificateStretch::Form::der, leaf}};
  ASSERT_THAT(commit({other, kept("sig_1", 1, "x", {leaf})}), IsOk());
  ASSERT_THAT(commit({RecordErasure{{10}}}), IsOk());
  reopen();
  ASSERT_OK_AND_ASSIGN(const KeptSignatureRow row, store_->kept_signature(SignatureId("sig_1")));
  EXPECT_EQ(row.certificates.front()->der, leaf->der);
  ASSERT_THAT(release("sig_1", false), IsOk());
  ASSERT_THAT(store_->purge(), IsOk());
  EXPECT_FALSE(is_in_files("<証明書 山田>"));
}

TEST_F(KeptSignatures, ACertificateGoesOverToTheSignature) {
  const auto leaf = certificate("<証明書 山田>" + std::string(200, 'c'));
  ASSERT_THAT(commit({kept("sig_1", 1, "x", {leaf})}), IsOk());
  SignatureRow made{SignatureId("sig_1"), TenantId("t"), CredentialId("op"), 1, 2, at(5), "{}", leaf->der};
  made.certificates = {{0, CertificateStretch::Form::der, leaf}};
  ASSERT_THAT(commit({made, KeptSignatureRelease{SignatureId("sig_1"), true}}), IsOk());
  reopen();
  ASSERT_OK_AND_ASSIGN(const SignatureRow row, store_->signature(SignatureId("sig_1")));
  EXPECT_EQ(row.tail, leaf->der);
  ASSERT_THAT(commit({RecordErasure{{1}}}), IsOk());
  ASSERT_THAT(store_->purge(), IsOk());
  EXPECT_FALSE(is_in_files("<証明書 山田>"));
}

TEST(KeptForm, IsReadAsItWasWritten) {
  const KeptSignatureRow row = kept("sig_1", 0xFFFF'FFFF'FFFF, std::string(70'000, '\0'));
  ASSERT_OK_AND_ASSIGN(const Bytes stored, encode_kept(row, {1, 0xFFFF'FFFF'FFFF'FFFF}));
  ASSERT_OK_AND_ASSIGN(const KeptForm form, decode_kept(stored));
  EXPECT_EQ(form.row.content, row.content);
  EXPECT_EQ(form.row.intent, row.intent);
  EXPECT_THAT(form.certificates, ElementsAre(1U, 0xFFFF'FFFF'FFFF'FFFFU));
}

TEST(KeptForm, SizesAreFew) {
  std::set<std::size_t> sizes;
  for (std::size_t content = 0; content < 60'000; content += 100) {
    ASSERT_OK_AND_ASSIGN(const Bytes stored, encode_kept(kept("sig_1", 1, std::string(content, 'x')), {}));
    EXPECT_GE(stored.size(), content);
    sizes.insert(stored.size());
  }
  EXPECT_THAT(sizes, ElementsAre(1'900U, 4'092U, 8'184U, 16'368U, 32'736U, 65'472U));
}

TEST(KeptForm, AnyOtherBytesAreCorrupt) {
  ASSERT_OK_AND_ASSIGN(const Bytes stored, encode_kept(kept("sig_1", 1, "x"), {1}));
  EXPECT_THAT(decode_kept({}), FailsWith(ErrorCode::store_corrupt));
  EXPECT_THAT(decode_kept(Bytes(1'900)), FailsWith(ErrorCode::store_corrupt)) << "a place that is free";
  const std::size_t used = std::size_t{stored[2]} << 8 | stored[3];
  for (std::size_t size = 0; size < used + 4; ++size) {
    EXPECT_THAT(decode_kept(ByteView(stored).first(size)), FailsWith(ErrorCode::store_corrupt)) << size;
  }
  Bytes longer = stored;
  ++longer[3];
  EXPECT_THAT(decode_kept(longer), FailsWith(ErrorCode::store_corrupt));
}

}  // namespace
}  // namespace rakkan::store
