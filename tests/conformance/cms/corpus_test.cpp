// Other projects' CMS files: each is read or refused with a typed error, and where OpenSSL and we can both judge the
// signature over its embedded content, we never accept what OpenSSL refuses.
#include <gmock/gmock.h>

#include <iostream>
#include <map>

#include "rakkan/cms/signed_data.hpp"
#include "rakkan/der/ber.hpp"
#include "support/corpora.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::cms {
namespace {

// Every signer's signature over the embedded content.
Result<void> verify_all(const SignedData& data) {
  for (const SignerInfo& signer : data.signer_infos()) {
    RAKKAN_TRY(const pki::Certificate certificate, find_signer_certificate(data, signer));
    RAKKAN_CHECK(
        verify_signer_info(data, signer, crypto::digest(signer.digest_algorithm, *data.content()), certificate));
  }
  return {};
}

TEST(CmsCorpus, EveryFileIsReadOrRefusedAndNoneIsAcceptedThatOpenSslRefuses) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const std::filesystem::path folder = corpora / "cms";
  const test::TemporaryFolder out;
  std::map<std::string, int> counts;
  for (const test::CorpusEntry& entry : test::read_manifest(folder)) {
    const Bytes der = test::file_bytes(folder / entry.file);
    ASSERT_FALSE(der.empty()) << entry.file;
    const auto data = SignedData::parse(der);
    if (!data) {
      const ErrorCode code = data.error().code;
      EXPECT_THAT(code, testing::AnyOf(ErrorCode::malformed_cms, ErrorCode::unsupported_algorithm)) << entry.file;
      ++counts["refused: " + to_string(data.error())];
      continue;
    }
    if (!data->content() || data->signer_infos().empty()) {
      ++counts["read, detached"];
      continue;
    }
    const auto ours = verify_all(*data);
    const auto theirs = test::run_command({"openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in",
                                           (folder / entry.file).string(), "-out", (out.path() / "content").string()});
    EXPECT_FALSE(ours.has_value() && theirs.exit_code != 0) << entry.file << "\n" << theirs.output;
    if (!ours && theirs.exit_code == 0) {
      // Where the two differ, an algorithm is not ours, or the file is one that its authors made wrong.
      const bool made_wrong = entry.note.find("NOT technically valid") != std::string::npos;
      EXPECT_TRUE(made_wrong || ours.error().code == ErrorCode::unsupported_algorithm)
          << entry.file << " " << to_string(ours.error());
      ++counts["read, verified by OpenSSL alone: " + to_string(ours.error()) + " " + entry.file];
    } else {
      ++counts[ours ? "read, verified by both" : "read, verified by neither: " + to_string(ours.error())];
    }
  }
  for (const auto& [outcome, count] : counts) {
    std::cout << count << "\t" << outcome << "\n";
  }
}

// The corpus's files in BER, as DER: read like any other, and verified by us when OpenSSL verifies the file as it is.
TEST(CmsCorpus, FilesInBerAreTheSameInDer) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const std::filesystem::path folder = corpora / "cms";
  const test::TemporaryFolder out;
  int read = 0;
  int verified = 0;
  for (const test::CorpusEntry& entry : test::read_manifest(folder)) {
    const Bytes ber = test::file_bytes(folder / entry.file);
    if (ber.size() < 2 || ber[0] != 0x30 || ber[1] != 0x80) {
      continue;
    }
    ASSERT_OK_AND_ASSIGN(const Bytes der, der::from_ber(ber));
    const auto data = SignedData::parse(der);
    if (!data || !data->content()) {
      continue;
    }
    ++read;
    // OpenSSL finds in the converted file what it finds in the original.
    const auto content_of = [&](const std::filesystem::path& file) {
      const auto outcome = test::run_command({"openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER",
                                              "-in", file.string(), "-out", (out.path() / "content").string()});
      return outcome.exit_code == 0 ? test::file_bytes(out.path() / "content") : Bytes();
    };
    const Bytes theirs = content_of(folder / entry.file);
    EXPECT_EQ(content_of(test::write_bytes(out.path() / "der", der)), theirs) << entry.file;
    if (!theirs.empty() && verify_all(*data)) {
      EXPECT_EQ(copy_of(*data->content()), theirs) << entry.file;
      ++verified;
    }
  }
  EXPECT_GE(read, 5);
  EXPECT_GE(verified, 3);
}

}  // namespace
}  // namespace rakkan::cms
