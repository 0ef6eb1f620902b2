// Other projects' CMS files read for validation: the facts beside what OpenSSL says of the same file, and beside what
// the tests of the project that it comes from expect. Files without their content say less, and are not compared.
#include <gmock/gmock.h>

#include <iostream>

#include "rakkan/cms/signer_claims.hpp"
#include "rakkan/cms/signer_facts.hpp"
#include "support/corpora.hpp"
#include "support/exclusions.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::cms {
namespace {

constexpr const char* kValid = "valid";
constexpr const char* kInvalid = "not valid";
constexpr const char* kNoContent = "without its content";
constexpr const char* kNoCertificate = "without the signer's certificate";
constexpr const char* kEvidenceRecord = "with an evidence record that is wrong";

// The word for a whole file: of several signers the first that is not valid.
std::string verdict(const Message& message) {
  if (message.signers().empty()) {
    return kInvalid;
  }
  for (const MessageSigner& signer : message.signers()) {
    const SignerFacts facts = signer_facts(message, signer, SignedContent::of(message));
    if (facts.value.as_der == ValueCheck::no_certificate) {
      return kNoCertificate;
    }
    if (facts.message_digest == AttributeFact::no_content || facts.value.as_der == ValueCheck::no_content) {
      return kNoContent;
    }
    if (!facts.is_cryptographically_valid()) {
      return kInvalid;
    }
  }
  return kValid;
}

std::string verdict_of_openssl(const std::filesystem::path& file, const std::filesystem::path& folder) {
  const auto outcome = test::run_command({"openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in",
                                          file.string(), "-out", (folder / "content").string()});
  const auto says = [&](std::string_view word) { return outcome.output.find(word) != std::string::npos; };
  if (outcome.exit_code == 0) {
    return kValid;
  }
  return says("no content") ? kNoContent : says("signer certificate not found") ? kNoCertificate : kInvalid;
}

// The expectation of the other project's tests. Of files in which DSS finds no content it asserts that they are not
// technically valid, too; of some it asserts that of an evidence record, which is not judged here.
std::string expectation(const test::CorpusEntry& entry) {
  const auto says = [&](std::string_view word) { return entry.note.find(word) != std::string::npos; };
  if (says("SIGNED_DATA_NOT_FOUND")) {
    return kNoContent;
  }
  if (says("NO_SIGNING_CERTIFICATE_FOUND")) {
    return kNoCertificate;
  }
  const bool rejected = says("NOT technically valid") || says("FAILED");
  return !rejected ? kValid : says("EvidenceRecord") || says("ERS") ? kEvidenceRecord : kInvalid;
}

void describe(const std::string& file, const Message& message) {
  std::cout << file << ": " << (message.encoding().is_der ? "DER" : "BER");
  for (const MessageSigner& signer : message.signers()) {
    const SignerFacts facts = signer_facts(message, signer, SignedContent::of(message));
    std::cout << "; " << facts.algorithms.name() << ", digest " << to_string(facts.message_digest) << ", value "
              << to_string(facts.value.as_der) << " / " << to_string(facts.value.as_encoded) << ", by "
              << to_string(facts.certificate.identified_by);
    for (const EssAttribute& ess : facts.ess) {
      std::cout << ", ESS " << (ess.malformed.empty() ? to_string(ess.match) : std::string_view(ess.malformed));
    }
    if (!facts.value.reason.empty()) {
      std::cout << ", " << facts.value.reason;
    }
    for (const std::string& claim : signer_claims(signer).malformed) {
      std::cout << ", malformed " << claim;
    }
  }
  std::cout << "\n";
}

TEST(CmsFactsCorpus, AgreeWithOpenSslAndWithTheirAuthors) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const std::filesystem::path folder = corpora / "cms";
  const test::TemporaryFolder out;
  test::Agreement agreement(RAKKAN_EXCLUSIONS, "cms");
  std::size_t values = 0;
  for (const test::CorpusEntry& entry : test::read_manifest(folder)) {
    const auto message = Message::read(test::file_bytes(folder / entry.file));
    const std::string ours = message ? verdict(*message) : kInvalid;
    const std::string theirs = verdict_of_openssl(folder / entry.file, out.path());
    agreement.compare("openssl", entry.file, ours, theirs);
    if (!message) {
      std::cout << entry.file << ": " << to_string(message.error()) << "\n";
      agreement.not_comparable("authors", "not read");
      continue;
    }
    describe(entry.file, *message);
    if (ours == kNoContent) {
      // The value covers the attributes, whatever they say of the content.
      for (const MessageSigner& signer : message->signers()) {
        values += signer_facts(*message, signer, {}).value.as_der == ValueCheck::valid ? 1U : 0U;
      }
    }
    const std::string expected = expectation(entry);
    if (expected == kEvidenceRecord) {
      agreement.not_comparable("authors", expected);
    } else if (ours == expected || (ours != kNoContent && ours != kNoCertificate)) {
      agreement.compare("authors", entry.file, ours, expected);
    } else {
      agreement.not_comparable("authors", ours);
    }
  }
  agreement.print_and_check();
  EXPECT_GE(values, 12U) << "detached signatures whose value verifies";
}

}  // namespace
}  // namespace rakkan::cms
