#include "rakkan/fetch/evidence_folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "rakkan/base/file.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::fetch {
namespace {

namespace fs = std::filesystem;
using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AFolder : public testing::Test {
 protected:
  test::TemporaryFolder outside;
  test::TemporaryFolder folder;

  void write(const fs::path& path, std::string_view text) {
    ASSERT_THAT(write_file_atomically(path, {bytes_of(text)}), IsOk());
  }
  static Result<EvidenceKind> classify(ByteView content) {
    const std::string_view text = text_of(content);
    if (text.starts_with("crl")) {
      return EvidenceKind::crl;
    }
    if (text.starts_with("ocsp")) {
      return EvidenceKind::ocsp_response;
    }
    return text.starts_with("cert") ? Result<EvidenceKind>(EvidenceKind::certificates)
                                    : fail(ErrorCode::malformed_der, "neither");
  }
  [[nodiscard]] Result<EvidenceFolder> read(const EvidenceFolderLimits& limits = {}) const {
    return EvidenceFolder::read(folder.path(), classify, limits);
  }
  static std::vector<std::string> names(const EvidenceFolder& evidence) {
    std::vector<std::string> names;
    for (const auto& file : evidence.files) {
      names.push_back(file.name);
    }
    return names;
  }
};

TEST_F(AFolder, IsReadFileByFile) {
  write(folder.path() / "b.crl", "crl 1");
  write(folder.path() / "a.der", "ocsp");
  write(folder.path() / "c.pem", "cert");
  write(folder.path() / "note.txt", "hello");
  write(folder.path() / ".hidden", "crl");
  ASSERT_OK_AND_ASSIGN(const auto evidence, read());
  EXPECT_THAT(names(evidence), ElementsAre("a.der", "b.crl", "c.pem"));
  EXPECT_EQ(evidence.files[1].kind, EvidenceKind::crl);
  EXPECT_EQ(text_of(evidence.files[1].bytes), "crl 1");
  ASSERT_EQ(evidence.skipped.size(), 1U);
  EXPECT_EQ(evidence.skipped[0].name, "note.txt");
  EXPECT_EQ(evidence.skipped[0].why.code, ErrorCode::malformed_der);
}

TEST_F(AFolder, LinksFoldersAndPipesAreNotFollowed) {
  write(outside.path() / "secret", "crl of elsewhere");
  fs::create_symlink(outside.path() / "secret", folder.path() / "link");
  fs::create_directory_symlink(outside.path(), folder.path() / "linked-folder");
  fs::create_directory(folder.path() / "inner");
  write(folder.path() / "inner" / "x", "crl");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  ASSERT_OK_AND_ASSIGN(const auto evidence, read());
  EXPECT_THAT(names(evidence), IsEmpty());
  EXPECT_EQ(evidence.skipped.size(), 4U);
  for (const auto& skipped : evidence.skipped) {
    EXPECT_EQ(skipped.why.code, ErrorCode::file_unreadable) << skipped.name;
  }
}

TEST_F(AFolder, ItselfMayBeALink) {
  write(folder.path() / "a", "crl");
  fs::create_directory_symlink(folder.path(), outside.path() / "link");
  ASSERT_OK_AND_ASSIGN(const auto evidence, EvidenceFolder::read(outside.path() / "link", classify));
  EXPECT_THAT(names(evidence), ElementsAre("a"));
}

TEST_F(AFolder, HasLimits) {
  write(folder.path() / "a", "crl 56789a");
  write(folder.path() / "b", "crl 56789ab");
  ASSERT_OK_AND_ASSIGN(const auto evidence, read({.files = 2, .file = 10, .total = 10}));
  EXPECT_THAT(names(evidence), ElementsAre("a"));
  ASSERT_EQ(evidence.skipped.size(), 1U);
  EXPECT_EQ(evidence.skipped[0].why.code, ErrorCode::input_too_large);
  EXPECT_THAT(read({.files = 1}), FailsWith(ErrorCode::input_too_large));
  EXPECT_THAT(read({.total = 20}), FailsWith(ErrorCode::input_too_large));
}

TEST_F(AFolder, ThatIsNotThereIsAnError) {
  EXPECT_THAT(EvidenceFolder::read(folder.path() / "none", classify), FailsWith(ErrorCode::file_unreadable));
  write(folder.path() / "file", "crl");
  EXPECT_THAT(EvidenceFolder::read(folder.path() / "file", classify), FailsWith(ErrorCode::file_unreadable));
}

}  // namespace
}  // namespace rakkan::fetch
