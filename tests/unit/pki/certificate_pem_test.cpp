#include <gmock/gmock.h>

#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using test::FailsWith;
using test::IsOk;

class CertificatePem : public testing::Test {
 protected:
  Authority root_{"Root"};
  Certificate certificate_ = root_.self_signed();
  Certificate leaf_ = root_.certify("Leaf");
};

TEST_F(CertificatePem, ReadsOneInDer) {
  ASSERT_OK_AND_ASSIGN(const auto certificates, parse_certificates(certificate_.der()));
  EXPECT_THAT(certificates, testing::ElementsAre(certificate_));
  Bytes trailing = copy_of(certificate_.der());
  trailing.push_back('\n');
  EXPECT_THAT(parse_certificates(trailing), FailsWith(ErrorCode::malformed_certificate));
}

TEST_F(CertificatePem, ReadsAllInTextAndSkipsWhatIsBetween) {
  const std::string text = "# the chain\r\n" + to_pem("CERTIFICATE", leaf_.der()) + to_pem("PUBLIC KEY", root_.spki()) +
                           "\nRoot:\n" + to_pem("CERTIFICATE", certificate_.der());
  ASSERT_OK_AND_ASSIGN(const auto certificates, parse_certificates(bytes_of(text)));
  EXPECT_THAT(certificates, testing::ElementsAre(leaf_, certificate_));
}

TEST_F(CertificatePem, LinesHave64Characters) {
  EXPECT_EQ(to_pem("X", Bytes(48, 0)).size(), to_pem("X", Bytes(1, 0)).size() + 60);
  EXPECT_EQ(to_pem("X", Bytes{0, 0, 0}), "-----BEGIN X-----\nAAAA\n-----END X-----\n");
}

TEST_F(CertificatePem, RefusesNoneAtAll) {
  EXPECT_THAT(parse_certificates({}), FailsWith(ErrorCode::malformed_certificate));
  EXPECT_THAT(parse_certificates(bytes_of(to_pem("PRIVATE KEY", root_.spki()))),
              FailsWith(ErrorCode::malformed_certificate));
}

TEST_F(CertificatePem, TellsWhichOneIsMalformed) {
  const std::string good = to_pem("CERTIFICATE", leaf_.der());
  const auto wrong = parse_certificates(bytes_of(good + to_pem("CERTIFICATE", Bytes{0x30, 0x00})));
  ASSERT_THAT(wrong, FailsWith(ErrorCode::malformed_certificate));
  EXPECT_THAT(wrong.error().where, testing::StartsWith("certificate 2"));
  const auto cut = parse_certificates(bytes_of(good + good.substr(0, 200)));
  ASSERT_THAT(cut, FailsWith(ErrorCode::malformed_certificate));
  EXPECT_THAT(cut.error().where, testing::StartsWith("certificate 2"));
}

}  // namespace
}  // namespace rakkan::pki
