// `rakkan verify --online` asks the servers that certificates name for issuers, OCSP responses and CRLs, and no others:
// addresses that are not public have to be allowed by the configuration.
#include <gmock/gmock.h>

#include <array>
#include <boost/json.hpp>

#include "rakkan/base/file.hpp"
#include "rakkan/cms/signed_data_builder.hpp"
#include "rakkan/pades/hashed_document.hpp"
#include "rakkan/pades/prepared_revision.hpp"
#include "support/fixed_random.hpp"
#include "support/loopback_pki.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_authority.hpp"

namespace rakkan::test {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using Words = std::vector<std::string>;

class VerifyOnline : public testing::Test {
 protected:
  static constexpr std::size_t kReserve = 8192;

  // Signed by a certificate of the CA, which alone is in the CMS: the CA's own has to be fetched.
  std::string signed_document() {
    const crypto::AlgorithmSuite& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
    const Bytes base = sample_pdf();
    const pdf::Document document = value_or_throw(pdf::Document::open(base));
    FixedRandom random;
    pades::PreparedRevision prepared = value_or_throw(pades::prepare(document, {}, kReserve, random));
    const auto hashed = pades::HashedDocument::hash(pdf::DocumentBytes(base), std::array{suite.digest});
    const crypto::Digest digest = value_or_throw(hashed.byte_range_digest(prepared, suite.digest));
    const auto attributes = cms::SignedAttributes::make(cms::kIdData, digest, signer_, suite);
    const Bytes value = value_or_throw(key_.sign(suite, attributes.digest()));
    const Bytes message = cms::assemble_signed_data({.attributes = attributes,
                                                     .signer = signer_,
                                                     .signature = value,
                                                     .certificates = {},
                                                     .embed_signer = true,
                                                     .content = std::nullopt,
                                                     .content_type = cms::kIdData,
                                                     .signature_timestamp = std::nullopt});
    pades::SignedRevision revision = value_or_throw(pades::SignedRevision::embed(std::move(prepared), message));
    Bytes whole = base;
    append(whole, revision.tail());
    return write("signed.pdf", whole);
  }
  std::string write(const std::string& name, ByteView content) {
    EXPECT_THAT(write_file_atomically(folder_.path() / name, {content}), IsOk());
    return (folder_.path() / name).string();
  }
  // The words of the answer: indication and sub-indication.
  std::string verify(Words more) {
    Words words{RAKKAN_PROGRAM, "verify", "--json", "--trust", write("root.cer", root_.certificate().der())};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back(signed_document());
    const CommandOutcome outcome = run_command(words);
    json::error_code error;
    const json::value answer = json::parse(outcome.output.substr(0, outcome.output.find('\n')), error);
    if (error || !answer.is_object() || !answer.get_object().contains("subIndication")) {
      return outcome.output;
    }
    return json::serialize(answer.at("indication")) + " " + json::serialize(answer.at("subIndication"));
  }
  [[nodiscard]] Words allowed() const { return {"--online", "--set", "fetch.allowed_origins=" + pki_.origin()}; }

  TemporaryFolder folder_;
  SystemClock clock_;
  pki::Validity validity_ = TestAuthority::validity();
  LoopbackPki pki_{clock_};
  LoopbackPki::Authority& root_ = pki_.root("Root", crypto::KeyKind::ec_p256, validity_);
  LoopbackPki::Authority& ca_ =
      pki_.authority("CA", root_, crypto::KeyKind::ec_p256, validity_, LoopbackPki::Status::crl_and_ocsp);
  crypto::SoftwareSigner key_ = pki::new_key(crypto::KeyKind::ec_p256);
  pki::Certificate signer_ = ca_.certify("Signer", key_.public_key().spki(), validity_);
};

TEST_F(VerifyOnline, FetchesTheIssuerAndWhatProvesTheChain) {
  EXPECT_EQ(verify({}), R"("INDETERMINATE" "NO_CERTIFICATE_CHAIN_FOUND")");
  EXPECT_EQ(verify(allowed()), R"("TOTAL-PASSED" null)");
}

TEST_F(VerifyOnline, AsksNoPrivateAddressUnlessItIsAllowed) {
  EXPECT_EQ(verify({"--online"}), R"("INDETERMINATE" "NO_CERTIFICATE_CHAIN_FOUND")");
}

TEST_F(VerifyOnline, AServerThatDoesNotAnswerLeavesTheVerdictOpen) {
  pki_.answers(false);
  EXPECT_EQ(verify(allowed()), R"("INDETERMINATE" "NO_CERTIFICATE_CHAIN_FOUND")");
}

TEST_F(VerifyOnline, ARevokedCertificateIsFoundOut) {
  ca_.revoke(signer_, clock_.now() - hours{1}, pki::CrlReason::key_compromise);
  EXPECT_EQ(verify(allowed()), R"("INDETERMINATE" "REVOKED_NO_POE")");
}

TEST_F(VerifyOnline, WhatWasFetchedIsSavedForLater) {
  const std::string saved = (folder_.path() / "saved").string();
  Words words = allowed();
  words.insert(words.end(), {"--save-evidence", saved});
  EXPECT_EQ(verify(words), R"("TOTAL-PASSED" null)");
  pki_.answers(false);
  EXPECT_EQ(verify({"--evidence", saved}), R"("TOTAL-PASSED" null)");
}

}  // namespace
}  // namespace rakkan::test
