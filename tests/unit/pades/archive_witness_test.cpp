// The verdicts of qpdf, pdfsig and openssl on a document at B-LTA, in every form.
#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/pades/signature_integrity.hpp"
#include "support/archivist.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::pades {
namespace {

using test::Archivist;
using test::IsOk;
using test::run_command;
using testing::HasSubstr;
using testing::Not;

struct ArchiveWitness : testing::TestWithParam<test::XrefForm> {
  // qpdf 12.2 cannot open our hybrid sample unsigned (see witness_test.cpp): no witness of what is on top of it.
  bool qpdf_reads(const std::string& unsigned_path) {
    return run_command({"qpdf", "--check", unsigned_path}).exit_code == 0;
  }
  std::string write(const std::string& name, ByteView bytes) {
    return test::write_bytes(folder.path() / name, bytes).string();
  }
  // "Verification: OK" by openssl, of the token in a timestamp's /Contents against a digest that is computed here.
  std::string openssl_verifies(const pdf::Signature& timestamp, ByteView whole, const std::string& option,
                               crypto::DigestAlgorithm algorithm) {
    const auto& range = timestamp.byte_range;
    const crypto::Digest digest = crypto::digest(
        algorithm, {whole.first(static_cast<std::size_t>(range.at(1))),
                    whole.subspan(static_cast<std::size_t>(range.at(2)), static_cast<std::size_t>(range.at(3)))});
    const Bytes contents = timestamp.dictionary.find("Contents").string().value();
    const auto token =
        test::value_or_throw(tsp::TimestampToken::parse(cms::SignedData::parse(contents, true).value().der()));
    return run_command({"openssl", "ts", "-verify", option, to_hex(digest.view()), "-token_in", "-in",
                        write("token.der", token.der()), "-CAfile",
                        write("ca.pem", bytes_of(archivist.authority.pem()))})
        .output;
  }

  test::TemporaryFolder folder;
  Archivist archivist;
};
INSTANTIATE_TEST_SUITE_P(Forms, ArchiveWitness, testing::ValuesIn(test::kXrefForms));

TEST_P(ArchiveWitness, QpdfPdfsigAndOpensslAgree) {
  const Bytes base = test::sample_pdf({.form = GetParam()});
  Augmentation augmentation = Archivist::start(base);
  ASSERT_THAT(archivist.sign(augmentation), IsOk());
  test::Evidence evidence = archivist.evidence(0);
  ASSERT_THAT(augmentation.add_validation_data(evidence.data(), archivist.random), IsOk());
  ASSERT_THAT(archivist.timestamp(augmentation, crypto::DigestAlgorithm::sha256), IsOk());
  const test::Evidence renewal = archivist.evidence(1);
  ASSERT_THAT(augmentation.add_validation_data(renewal.data(), archivist.random), IsOk());
  ASSERT_THAT(archivist.timestamp(augmentation, crypto::DigestAlgorithm::sha512), IsOk());
  const Bytes whole = Archivist::joined(augmentation);
  const std::string path = write("archived.pdf", whole);

  const auto pdfsig = run_command({"pdfsig", "-nocert", path});
  EXPECT_THAT(pdfsig.output, HasSubstr("Signature Validation: Signature is Valid.")) << "the signer's, underneath";
  EXPECT_THAT(pdfsig.output, HasSubstr("Signature Field Name: Timestamp2"));
  EXPECT_THAT(pdfsig.output, HasSubstr("Total document signed"));

  ASSERT_OK_AND_ASSIGN(const pdf::Document document, augmentation.open());
  const auto signatures = test::signatures_of(document);
  ASSERT_EQ(signatures.size(), 3U);
  EXPECT_THAT(openssl_verifies(signatures.at(1), whole, "-digest", crypto::DigestAlgorithm::sha256),
              HasSubstr("Verification: OK"));
  EXPECT_THAT(openssl_verifies(signatures.at(2), whole, "-digest", crypto::DigestAlgorithm::sha512),
              HasSubstr("Verification: OK"));
  Bytes altered = whole;
  altered.at(20) ^= 1;
  EXPECT_THAT(openssl_verifies(signatures.at(2), altered, "-digest", crypto::DigestAlgorithm::sha512),
              Not(HasSubstr("Verification: OK")))
      << "control: one byte of the base";

  if (!qpdf_reads(write("base.pdf", base))) {
    EXPECT_EQ(GetParam(), test::XrefForm::hybrid);
    return;
  }
  const auto qpdf = run_command({"qpdf", "--check", path});
  EXPECT_EQ(qpdf.exit_code, 0) << qpdf.output;
  EXPECT_THAT(qpdf.output, Not(HasSubstr("WARNING")));
  // The store through qpdf's eyes: each stream decodes to the bytes that were given.
  ASSERT_OK_AND_ASSIGN(const auto dss, Dss::read(document));
  const auto pulled = [&](std::size_t index) {
    const std::string number = std::to_string(dss->streams.at(index).id.number);
    return run_command({"qpdf", "--show-object=" + number, "--filtered-stream-data", path}).output;
  };
  const std::string catalog =
      run_command({"qpdf", "--show-object=" + std::to_string(document.catalog().number()), path}).output;
  EXPECT_THAT(catalog, HasSubstr("/DSS " + std::to_string(dss->entry.reference().value().number) + " 0 R"));
  ASSERT_EQ(dss->certificates.size(), 3U);
  ASSERT_EQ(dss->ocsp_responses.size(), 4U);
  ASSERT_EQ(dss->crls.size(), 2U);
  evidence.ocsp_responses.insert(evidence.ocsp_responses.end(), renewal.ocsp_responses.begin(),
                                 renewal.ocsp_responses.end());
  evidence.crls.insert(evidence.crls.end(), renewal.crls.begin(), renewal.crls.end());
  const auto compare = [&](const std::vector<std::size_t>& indices, const std::vector<Bytes>& given) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      EXPECT_EQ(pulled(indices.at(i)), text_of(given.at(i)));
    }
  };
  compare(dss->certificates, evidence.certificates);
  compare(dss->ocsp_responses, evidence.ocsp_responses);
  compare(dss->crls, evidence.crls);
}

}  // namespace
}  // namespace rakkan::pades
