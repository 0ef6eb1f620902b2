// Every kind of key with every suite that suits it, in a token: pdfsig, qpdf and OpenSSL must all accept the signature,
// and refuse it when one byte of the content is another.
#include "rakkan/base/file.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/credentials/signing_material.hpp"
#include "support/bare_signing_line.hpp"
#include "support/run_command.hpp"
#include "support/signing_fixture.hpp"
#include "support/softhsm_fixture.hpp"

namespace rakkan::service {
namespace {

using crypto::KeyKind;
using ::testing::HasSubstr;
using ::testing::Not;

class ForeignAgreement : public ::testing::TestWithParam<KeyKind> {
 protected:
  std::string write(const std::string& name, ByteView bytes) {
    return test::write_bytes(folder_.path() / name, bytes).string();
  }

  test::CommandOutcome openssl(const test::CutSignature& cut, ByteView content) {
    return test::openssl_verifies(folder_.path(), cut.cms.der(), content, fixture_.authority.pem());
  }

  test::SoftHsm& softhsm_ = test::SoftHsm::process();
  test::TemporaryFolder folder_;
  crypto::SystemRandom random_;
  std::unique_ptr<credentials::KeySource> keys_ =
      credentials::make_hsm_keys(hsm::Options{}, credentials::TokenOptions{}, folder_.path(), random_);
  test::SigningFixture fixture_{test::SigningFixture::default_options(), keys_.get()};
  Bytes document_ = test::sample_pdf();
};

TEST_P(ForeignAgreement, OnEverySuiteOfTheKey) {
  const std::string id = "agree-" + std::to_string(static_cast<int>(GetParam()));
  fixture_.enrol(id, credentials::CredentialKind::operator_seal, GetParam());
  const auto signer = test::value_or_throw(keys_->signer({id, id, fixture_.key_id(id)}));
  const auto certificates = test::value_or_throw(
      pki::parse_certificates(bytes_of(fixture_.certificates(id, credentials::CredentialKind::operator_seal))));
  std::size_t suites = 0;
  for (const crypto::AlgorithmSuite& suite : crypto::algorithm_suites()) {
    if (!crypto::suits(suite, GetParam())) {
      continue;
    }
    SCOPED_TRACE(suite.name);
    ++suites;
    ASSERT_OK_AND_ASSIGN(const credentials::SigningMaterial key,
                         credentials::SigningMaterial::create(signer, certificates.back(), {}, suite));
    ASSERT_OK_AND_ASSIGN(const SignedPdf signed_pdf,
                         test::sign_pdf_line(document_, key, {.signing_time = fixture_.clock.time}, random_));
    Bytes file = document_;
    append(file, ByteView(signed_pdf.tail));
    const std::string path = write("signed.pdf", file);
    EXPECT_THAT(test::run_command({"pdfsig", "-nocert", path}).output, HasSubstr("Signature is Valid."));
    EXPECT_EQ(test::run_command({"qpdf", "--check", path}).exit_code, 0);

    const test::CutSignature cut = test::cut_signature(document_, signed_pdf);
    const test::CommandOutcome accepted = openssl(cut, cut.content);
    EXPECT_EQ(accepted.exit_code, 0) << accepted.output;

    Bytes content = cut.content;
    content[100] ^= 0x01U;
    EXPECT_NE(openssl(cut, content).exit_code, 0);
    file[100] ^= 0x01U;
    EXPECT_THAT(test::run_command({"pdfsig", "-nocert", write("spoiled.pdf", file)}).output,
                Not(HasSubstr("Signature is Valid.")));
  }
  EXPECT_GE(suites, 3U);
}

INSTANTIATE_TEST_SUITE_P(EveryDocumentKey, ForeignAgreement,
                         ::testing::Values(KeyKind::rsa_2048, KeyKind::rsa_3072, KeyKind::rsa_4096, KeyKind::ec_p256,
                                           KeyKind::ec_p384),
                         [](const auto& kind) {
                           std::string name(crypto::name(kind.param));
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace rakkan::service
