// Other projects' tokens read for validation: the facts beside what OpenSSL says of the same token's CMS, and beside
// what their tests expect; and the tokens that other projects' CMS signatures carry.
#include <gmock/gmock.h>

#include <iostream>
#include <map>

#include "rakkan/cms/embedded_timestamps.hpp"
#include "rakkan/tsp/timestamp_facts.hpp"
#include "support/corpora.hpp"
#include "support/exclusions.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::tsp {
namespace {

constexpr const char* kValid = "valid";
constexpr const char* kInvalid = "not valid";
constexpr const char* kNoCertificate = "without the unit's certificate";

// The signature of a token over its TSTInfo, which is what OpenSSL's cms judges.
std::string signature_verdict(const TokenMessage& token, std::span<const pki::Certificate> outside) {
  const TimestampFacts facts = timestamp_facts(token, {}, outside);
  if (facts.signer.value.as_der == cms::ValueCheck::no_certificate) {
    return kNoCertificate;
  }
  return facts.signer.is_cryptographically_valid() ? kValid : kInvalid;
}

std::string verdict_of_openssl(ByteView token, const std::filesystem::path& folder) {
  const auto outcome =
      test::run_command({"openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in",
                         test::write_bytes(folder / "token", token).string(), "-out", (folder / "content").string()});
  if (outcome.exit_code == 0) {
    return kValid;
  }
  return outcome.output.find("signer certificate not found") != std::string::npos ? kNoCertificate : kInvalid;
}

// The verdict by which a relying party would take a token, path and policy aside: signed, of the form of RFC 3161, by
// the certificate that its signed attribute names, for this purpose.
std::string form_verdict(const TokenMessage& token, std::span<const pki::Certificate> outside) {
  const TimestampFacts facts = timestamp_facts(token, {}, outside);
  const bool named = !facts.signer.ess.empty() &&
                     std::all_of(facts.signer.ess.begin(), facts.signer.ess.end(),
                                 [](const cms::EssAttribute& ess) { return ess.match == cms::EssMatch::match; });
  const bool right = facts.signer.is_cryptographically_valid() && named && facts.purpose.is_right() && token.info() &&
                     token.info()->version == 1 && facts.signer_infos == 1;
  return right ? kValid : kInvalid;
}

std::vector<pki::Certificate> all_units(const std::filesystem::path& folder) {
  std::vector<pki::Certificate> units;
  for (const test::CorpusEntry& entry : test::read_manifest(folder)) {
    if (const auto token = TokenMessage::read(test::file_bytes(folder / entry.file))) {
      for (pki::Certificate& certificate : cms::readable_certificates(token->message())) {
        units.push_back(std::move(certificate));
      }
    }
  }
  return units;
}

TEST(TimestampFactsCorpus, AgreeWithOpenSslAndWithTheirAuthors) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const std::filesystem::path folder = corpora / "tst";
  const test::TemporaryFolder out;
  test::Agreement agreement(RAKKAN_EXCLUSIONS, "tst");
  const std::vector<pki::Certificate> units = all_units(folder);
  for (const test::CorpusEntry& entry : test::read_manifest(folder)) {
    if (entry.file.ends_with(".tsq")) {
      EXPECT_FALSE(TokenMessage::read(test::file_bytes(folder / entry.file)).has_value()) << entry.file;
      continue;
    }
    ASSERT_OK_AND_ASSIGN(const TokenMessage token, TokenMessage::read(test::file_bytes(folder / entry.file)));
    const TimestampFacts facts = timestamp_facts(token, {}, units);
    std::cout << entry.file << ": " << (token.info() ? to_rfc3339(token.info()->generation_time) : token.unreadable())
              << ", " << facts.signer.algorithms.name() << ", value " << cms::to_string(facts.signer.value.as_der)
              << " / " << cms::to_string(facts.signer.value.as_encoded) << ", by "
              << cms::to_string(facts.signer.certificate.identified_by);
    for (const cms::EssAttribute& ess : facts.signer.ess) {
      std::cout << ", ESS " << (ess.malformed.empty() ? cms::to_string(ess.match) : std::string_view(ess.malformed));
    }
    std::cout << "\n";
    agreement.compare("openssl", entry.file, signature_verdict(token, {}),
                      verdict_of_openssl(token.message().original(), out.path()));
    const bool rejected = entry.note.find("\"REJECT") != std::string::npos;
    agreement.compare("authors", entry.file, form_verdict(token, units), rejected ? kInvalid : kValid);
  }
  agreement.print_and_check();
}

// The form of the counts: "signature-time-stamp, match, valid".
TEST(TimestampFactsCorpus, TokensOfSignaturesStampWhatTheyCarry) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const std::filesystem::path folder = corpora / "cms";
  const test::TemporaryFolder out;
  test::Agreement agreement(RAKKAN_EXCLUSIONS, "cms");
  std::map<std::string, int> counts;
  for (const test::CorpusEntry& entry : test::read_manifest(folder)) {
    const auto message = cms::Message::read(test::file_bytes(folder / entry.file));
    if (!message) {
      continue;
    }
    for (const cms::MessageSigner& signer : message->signers()) {
      const cms::EmbeddedTimestamps found = cms::embedded_timestamps(signer);
      for (const cms::UnjudgedKind kind : found.not_judged) {
        ++counts["not judged: " + std::string(cms::to_string(kind))];
      }
      for (const cms::EmbeddedToken& embedded : found.tokens) {
        const std::string name(cms::to_string(embedded.kind));
        const auto token = TokenMessage::read(embedded.encoding);
        if (!token) {
          ++counts[name + ", unreadable"];
          continue;
        }
        const TimestampFacts facts =
            timestamp_facts(*token, embedded.kind, *message, signer, cms::SignedContent::of(*message),
                            cms::readable_certificates(*message));
        agreement.compare("tokens", entry.file + " " + name, signature_verdict(*token, {}),
                          verdict_of_openssl(token->message().original(), out.path()));
        std::string outcome = name + ", imprint " + std::string(to_string(facts.imprint)) + ", signature " +
                              std::string(cms::to_string(facts.signer.value.as_der));
        if (facts.hash_index && facts.imprint != ImprintFact::no_content) {
          outcome += facts.hash_index->is_whole() ? ", index whole" : ", index not whole";
        }
        ++counts[outcome];
        if (facts.imprint == ImprintFact::mismatch || (facts.hash_index && !facts.hash_index->is_whole())) {
          std::cout << entry.file << ": " << outcome;
          if (facts.hash_index) {
            std::cout << " (missing " << facts.hash_index->missing_certificates << " certificates, "
                      << facts.hash_index->missing_revocation << " CRLs, " << facts.hash_index->missing_attributes
                      << " attributes)";
          }
          std::cout << "\n";
        }
      }
    }
  }
  for (const auto& [outcome, count] : counts) {
    std::cout << count << "\t" << outcome << "\n";
  }
  agreement.print_and_check();
  EXPECT_GE((counts["signature-time-stamp, imprint match, signature valid"]), 20);
  EXPECT_GE((counts["archive-time-stamp-v3, imprint match, signature valid, index whole"]), 5);
}

}  // namespace
}  // namespace rakkan::tsp
