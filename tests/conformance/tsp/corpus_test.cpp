// Other projects' requests, tokens and responses, with what their manifests expect of them.
#include <gmock/gmock.h>

#include <filesystem>
#include <optional>

#include "rakkan/tsp/timestamp_token.hpp"
#include "support/corpora.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::tsp {
namespace {

// A file holds a TimeStampResp or, with these endings, a bare token.
Result<TimestampToken> read_token(const std::filesystem::path& file) {
  const Bytes der = test::file_bytes(file);
  if (file.extension() == ".p7s" || file.extension() == ".tst") {
    return TimestampToken::parse(der);
  }
  RAKKAN_TRY(auto response, parse_response(der));
  if (auto* granted = std::get_if<TimestampToken>(&response)) {
    return std::move(*granted);
  }
  return fail(ErrorCode::tsa_rejected, "a rejection");
}

Result<pki::Certificate> verify(const std::filesystem::path& file, const std::vector<pki::Certificate>& extra = {}) {
  RAKKAN_TRY(const TimestampToken token, read_token(file));
  return token.verify_signature(extra);
}

// The error of a file that is right by its manifest and refused by us on purpose.
std::optional<ErrorCode> our_refusal(std::string_view file) {
  if (file.find("SigningCertificateV1.tsr") != std::string_view::npos) {
    return ErrorCode::signature_invalid;  // names its certificate by SHA-1 alone
  }
  if (file.find("sample-certreq.tsr") != std::string_view::npos) {
    return ErrorCode::unsupported_algorithm;  // signed with SHA-1
  }
  if (file.find("no-embedded-cert") != std::string_view::npos) {
    return ErrorCode::signature_invalid;  // without the certificate; with it in the test below
  }
  return std::nullopt;
}

TEST(TokenCorpus, EveryTokenIsVerifiedOrRefusedAsItsManifestSays) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  int accepted = 0;
  int rejected = 0;
  for (const test::CorpusEntry& entry : test::read_manifest(corpora / "tst")) {
    if (entry.file.ends_with(".tsq")) {
      continue;
    }
    const auto verified = verify(corpora / "tst" / entry.file);
    const auto refusal = our_refusal(entry.file);
    if (entry.note.find("\"REJECT") != std::string::npos) {
      EXPECT_FALSE(verified.has_value()) << entry.file << " " << entry.note;
      ++rejected;
    } else if (refusal) {
      EXPECT_THAT(verified, test::FailsWith(*refusal)) << entry.file;
    } else {
      EXPECT_THAT(verified, test::IsOk()) << entry.file << " " << entry.note;
      ++accepted;
    }
  }
  EXPECT_GE(accepted, 5);
  EXPECT_GE(rejected, 7);
}

// They are refused for the reason that they were made for, not by an accident of the reader. (The malformed
// signingCertificateV2 of others there stand in attributes that are not in DER's order either; the unit tests of cms
// have such values in good order.)
TEST(TokenCorpus, TokensMadeWrongAreRefusedForWhatIsWrong) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const auto detail_of = [&](std::string_view name) -> std::string {
    for (const test::CorpusEntry& entry : test::read_manifest(corpora / "tst")) {
      if (entry.file.find(name) != std::string::npos) {
        const auto verified = verify(corpora / "tst" / entry.file);
        return verified ? "verified" : to_string(verified.error());
      }
    }
    return "no such file";
  };
  EXPECT_THAT(detail_of("TSTInfoVersion2"), testing::HasSubstr("TSTInfo is not version 1"));
  EXPECT_THAT(detail_of("SHA1CertHash"), testing::HasSubstr("digest algorithm 1.3.14.3.2.26 (signingCertificateV2)"));
}

TEST(TokenCorpus, R6_ATokenWithoutCertificatesIsVerifiedWithTheOneOfItsSibling) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  std::vector<pki::Certificate> known;
  std::filesystem::path bare;
  for (const test::CorpusEntry& entry : test::read_manifest(corpora / "tst")) {
    const std::filesystem::path file = corpora / "tst" / entry.file;
    if (entry.file.find("no-embedded-cert") != std::string::npos) {
      bare = file;
    } else if (const auto certificate = verify(file)) {
      known.push_back(*certificate);
    }
  }
  EXPECT_THAT(verify(bare, known), test::IsOk());
}

TEST(TokenCorpus, RequestsAreReadAndWrittenAgainTheSame) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  int read = 0;
  for (const test::CorpusEntry& entry : test::read_manifest(corpora / "tst")) {
    if (entry.file.ends_with(".tsq")) {
      const Bytes der = test::file_bytes(corpora / "tst" / entry.file);
      ASSERT_OK_AND_ASSIGN(const TimestampRequest request, TimestampRequest::parse(der));
      EXPECT_EQ(request.certificate_requested, entry.note.find("certReq=true") != std::string::npos);
      EXPECT_EQ(request.encode(), der) << entry.file;
      ++read;
    }
  }
  EXPECT_EQ(read, 2);
}

}  // namespace
}  // namespace rakkan::tsp
