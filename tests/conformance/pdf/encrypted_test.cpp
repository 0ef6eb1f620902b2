// Documents that qpdf encrypted: every revision of the standard security handler that it writes, with the user's and
// the owner's password, read back as they were.
#include <gmock/gmock.h>

#include "rakkan/pades/coverage.hpp"
#include "rakkan/pdf/history.hpp"
#include "support/corpora.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::IsOk;

struct Kind {
  const char* name;
  std::vector<std::string> options;  // of qpdf --encrypt USER OWNER
  bool metadata_is_plain = false;
};

std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.name; }

class Encrypted : public ::testing::TestWithParam<Kind> {
 protected:
  // The sample with a text, encrypted for these passwords.
  Bytes encrypt(const std::string& user, const std::string& owner, const std::string& object_streams = "preserve") {
    test::SamplePdf sample;
    sample.catalog = "/Lang(ja-JP)/Metadata 21 0 R";
    const std::string metadata = "<x:xmpmeta/>";
    sample.objects = {{20, "[(a text) <616263> () <</Contents(not of a signature)>>]"}};
    sample.catalog += "/Names 20 0 R";
    test::PdfBuilder builder = test::sample_builder(sample);
    builder.stream(21, "/Type/Metadata/Subtype/XML", metadata).table("/Root 1 0 R" + sample.trailer);
    const auto plain = test::write_bytes(folder_.path() / "plain.pdf", builder.bytes());
    const std::filesystem::path encrypted = folder_.path() / "encrypted.pdf";
    std::vector<std::string> words{"qpdf",        "--allow-weak-crypto",
                                   "--static-id", "--object-streams=" + object_streams,
                                   plain,         encrypted,
                                   "--encrypt",   user,
                                   owner};
    words.insert(words.end(), GetParam().options.begin(), GetParam().options.end());
    words.emplace_back("--");
    const test::CommandOutcome made = test::run_command(words);
    EXPECT_TRUE(made.exit_code == 0 || made.exit_code == 3) << made.output;
    return test::file_bytes(encrypted);
  }

  static void expect_content(const Bytes& pdf, std::optional<std::string_view> password) {
    HistoryOptions options;
    options.password = password;
    ASSERT_OK_AND_ASSIGN(const History history, History::open(pdf, options));
    EXPECT_TRUE(history.encrypted());
    const Document& document = history.newest();
    const Value catalog = document.catalog().value();
    EXPECT_EQ(catalog.find("Lang").string(), copy_of(bytes_of("ja-JP")));
    ASSERT_OK_AND_ASSIGN(const Value names, document.lookup(catalog, "Names"));
    std::vector<std::string> texts;
    for (const Value element : names.elements()) {
      const Value text = element.is(rakkan::pdf::Kind::dictionary) ? element.find("Contents") : element;
      texts.emplace_back(text_of(text.string().value_or(Bytes{})));
    }
    EXPECT_THAT(texts, ::testing::ElementsAre("a text", "abc", "", "not of a signature"));
    ASSERT_OK_AND_ASSIGN(const Object* const metadata, document.load(*catalog.find("Metadata").reference()));
    ASSERT_OK_AND_ASSIGN(const Bytes xml, document.decoded_stream(*metadata));
    EXPECT_EQ(text_of(xml), "<x:xmpmeta/>");
    ASSERT_OK_AND_ASSIGN(const Bytes stored, document.stream_bytes(*metadata).map(copy_of));
    EXPECT_EQ(text_of(stored) == "<x:xmpmeta/>", GetParam().metadata_is_plain);
  }

  test::TemporaryFolder folder_;
};

TEST_P(Encrypted, OpensWithTheUsersAndTheOwnersPassword) {
  const Bytes pdf = encrypt("the user", "the owner");
  expect_content(pdf, "the user");
  expect_content(pdf, "the owner");
}

TEST_P(Encrypted, OpensWithoutAPasswordWhereTheUserHasNone) {
  const Bytes pdf = encrypt("", "the owner");
  expect_content(pdf, std::nullopt);
  expect_content(pdf, "");
  expect_content(pdf, "the owner");
  expect_content(pdf, "another");
}

TEST_P(Encrypted, OpensWithObjectStreams) { expect_content(encrypt("user", "owner", "generate"), "user"); }

TEST_P(Encrypted, NeedsThePassword) {
  const Bytes pdf = encrypt("the user", "the owner");
  EXPECT_THAT(History::open(pdf), FailsWith(ErrorCode::pdf_password_needed));
  HistoryOptions options;
  options.password = "another";
  EXPECT_THAT(History::open(pdf, options), FailsWith(ErrorCode::pdf_password_wrong));
  options.password = "";
  EXPECT_THAT(History::open(pdf, options), FailsWith(ErrorCode::pdf_password_wrong));
}

// Signing refuses what validation reads.
TEST_P(Encrypted, IsNotSigned) { EXPECT_THAT(Document::open(encrypt("", "")), FailsWith(ErrorCode::pdf_encrypted)); }

INSTANTIATE_TEST_SUITE_P(
    Kinds, Encrypted,
    ::testing::Values(Kind{"r2", {"40"}}, Kind{"r3", {"128", "--use-aes=n"}},
                      Kind{"r4_rc4", {"128", "--use-aes=n", "--force-V4"}}, Kind{"r4_aes", {"128", "--use-aes=y"}},
                      Kind{"r4_plain_metadata", {"128", "--use-aes=y", "--cleartext-metadata"}, true},
                      Kind{"r5", {"256", "--force-R5"}}, Kind{"r6", {"256"}},
                      Kind{"r6_plain_metadata", {"256", "--cleartext-metadata"}, true}),
    [](const auto& chosen) { return chosen.param.name; });

// The files of the corpora that others encrypted, with the passwords that their projects tell.
struct CorpusFile {
  const char* file;
  std::optional<std::string_view> password;
};

TEST(EncryptedCorpus, IsRead) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const std::vector<CorpusFile> files = {
      {"py-pdf+pypdf/60987129fa1599aa_r2-owner-password.pdf", std::nullopt},
      {"py-pdf+pypdf/6cae9391e37b942f_r2-empty-password.pdf", std::nullopt},
      {"py-pdf+pypdf/89e45c197f42ce71_r6-owner-password.pdf", "asdfzxcv"},
      {"py-pdf+pypdf/c3912034dff56b49_r5-empty-password.pdf", std::nullopt},
      {"py-pdf+pypdf/c519fef79688ba8b_r3-empty-password.pdf", std::nullopt},
      {"py-pdf+pypdf/c792732c38f8b4d4_r6-both-passwords.pdf", "foo"},
      {"py-pdf+pypdf/d25c2b36582bb56e_r4-aes-v2-no-key-length.pdf", std::nullopt},
      {"py-pdf+pypdf/d84c096a019eef57_r5-owner-password.pdf", "asdfzxcv"},
      {"py-pdf+pypdf/da696a2d69841e9a_r2-user-password.pdf", "asdfzxcv"},
      {"py-pdf+pypdf/e36ad94829bbdb86_r5-user-password.pdf", "asdfzxcv"},
      {"py-pdf+pypdf/ec9f1792e85a2dca_r6-empty-password.pdf", std::nullopt},
      {"chromium+pdfium/9f2bdfbbd675fcaa_encrypted_hello_world_r5.pdf", "âge"},
      {"chromium+pdfium/9f2bdfbbd675fcaa_encrypted_hello_world_r5.pdf", "hôtel"},
      {"chromium+pdfium/a5bcee67d2731547_encrypted_hello_world_r6.pdf", "âge"},
      {"chromium+pdfium/a5bcee67d2731547_encrypted_hello_world_r6.pdf", "hôtel"},
      {"chromium+pdfium/cdbfd4f6728786dc_encrypted_hello_world_r3.pdf", "âge"},
      {"chromium+pdfium/cdbfd4f6728786dc_encrypted_hello_world_r3.pdf", "hôtel"},
      {"apache+pdfbox/7dac5439bed47d46_PasswordSample-40bit.pdf", "user"},
      {"apache+pdfbox/7dac5439bed47d46_PasswordSample-40bit.pdf", "owner"},
      {"apache+pdfbox/a2f0661092483478_PasswordSample-256bit.pdf", "user"},
      {"apache+pdfbox/a2f0661092483478_PasswordSample-256bit.pdf", "owner"},
      {"MatthiasValvekens+pyHanko/eda8c19fae7b63e7_minimal-aes256.pdf", "usersecret"},
      {"MatthiasValvekens+pyHanko/eda8c19fae7b63e7_minimal-aes256.pdf", "ownersecret"},
      {"MatthiasValvekens+pyHanko/e7090d6f6f1901e2_minimal-with-field-rc4.pdf", "usersecret"},
      {"MatthiasValvekens+pyHanko/e7090d6f6f1901e2_minimal-with-field-rc4.pdf", "ownersecret"},
      {"qpdf+qpdf/9f6c9ad93a462ad8_encrypted-with-images.pdf", std::nullopt},
      {"qpdf+qpdf/e717ab57a216202d_encrypted-positive-P.pdf", std::nullopt},
  };
  for (const CorpusFile& one : files) {
    const Bytes bytes = test::file_bytes(corpora / "pdf" / one.file);
    HistoryOptions options;
    options.password = one.password;
    const auto history = History::open(bytes, options);
    EXPECT_THAT(history, IsOk()) << one.file;
    // The page's content is Flate data: they do not decode when the key is wrong.
    std::size_t decoded = 0;
    const auto read = [&](const Object& object) -> Result<void> {
      if (object.is_stream() && object.value().find("Filter").is_name("FlateDecode")) {
        RAKKAN_TRY(const Bytes data, history->newest().decoded_stream(object));
        decoded += data.size();
      }
      return {};
    };
    for (std::size_t revision = 0; history && revision < history->revisions().size(); ++revision) {
      EXPECT_THAT(history->for_each_object(revision, read), IsOk()) << one.file;
    }
  }
}

}  // namespace
}  // namespace rakkan::pdf
