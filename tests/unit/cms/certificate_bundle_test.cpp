#include "rakkan/cms/certificate_bundle.hpp"

#include <gmock/gmock.h>

#include "support/corpora.hpp"
#include "support/handmade_revocation.hpp"
#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::cms {
namespace {

using pki::to_pem;
using test::FailsWith;
using test::hex;
using test::sequence;
using test::tagged;
using testing::ElementsAre;

const Bytes kSignedDataType = hex("06092a864886f70d010702");
const Bytes kDataType = hex("06092a864886f70d010701");

class CertificateBundle : public testing::Test {
 protected:
  // RFC 8551 §3.9: no content, no signers.
  [[nodiscard]] static Bytes certs_only(std::initializer_list<ByteView> certificates) {
    return sequence({kSignedDataType, tagged(0xA0, {sequence({hex("020101"), hex("3100"), sequence({kDataType}),
                                                              tagged(0xA0, certificates), hex("3100")})})});
  }

  pki::Authority authority_{"Root"};
  pki::Certificate root_ = authority_.self_signed();
  pki::Certificate leaf_ = authority_.certify("Leaf");
};

TEST_F(CertificateBundle, OneCertificateInDerOrPem) {
  EXPECT_THAT(parse_certificate_bundle(root_.der()).value(), ElementsAre(root_));
  const std::string pem = to_pem("CERTIFICATE", root_.der()) + to_pem("CERTIFICATE", leaf_.der());
  EXPECT_THAT(parse_certificate_bundle(bytes_of(pem)).value(), ElementsAre(root_, leaf_));
}

TEST_F(CertificateBundle, ACertsOnlyMessageInDerBerAndPem) {
  const Bytes message = certs_only({root_.der(), leaf_.der()});
  EXPECT_THAT(parse_certificate_bundle(message).value(), ElementsAre(root_, leaf_));
  for (const char* label : {"CMS", "PKCS7"}) {
    EXPECT_THAT(parse_certificate_bundle(bytes_of("bundle\n" + to_pem(label, message))).value(),
                ElementsAre(root_, leaf_));
  }
  // Indefinite lengths around the certificates, which keep their octets.
  const Bytes ber =
      hex("3080"
          "06092a864886f70d010702"
          "a080"
          "3080"
          "020101"
          "3100"
          "3080"
          "06092a864886f70d010701"
          "0000"
          "a080");
  Bytes streamed = ber;
  append(streamed, root_.der());
  append(streamed, leaf_.der());
  append(streamed, hex("0000"
                       "3100"
                       "0000"
                       "0000"
                       "0000"));
  EXPECT_THAT(parse_certificate_bundle(streamed).value(), ElementsAre(root_, leaf_));
}

TEST_F(CertificateBundle, CertificatesThatCannotBeReadHideNoOthers) {
  const Bytes broken = sequence({hex("0500")});
  EXPECT_THAT(parse_certificate_bundle(certs_only({broken, leaf_.der()})).value(), ElementsAre(leaf_));
  EXPECT_THAT(parse_certificate_bundle(certs_only({broken})), FailsWith(ErrorCode::malformed_certificate));
  EXPECT_THAT(parse_certificate_bundle(certs_only({})), FailsWith(ErrorCode::malformed_certificate));
}

TEST_F(CertificateBundle, OtherAnswersAreRefused) {
  EXPECT_THAT(parse_certificate_bundle({}), FailsWith(ErrorCode::malformed_certificate));
  EXPECT_THAT(parse_certificate_bundle(bytes_of("<html>gone</html>")), FailsWith(ErrorCode::malformed_certificate));
  EXPECT_THAT(parse_certificate_bundle(sequence({kDataType})), FailsWith(ErrorCode::malformed_cms));
  Bytes cut = certs_only({root_.der()});
  cut.resize(cut.size() - 3);
  EXPECT_THAT(parse_certificate_bundle(cut), FailsWith(ErrorCode::malformed_cms));
  EXPECT_THAT(parse_certificate_bundle(bytes_of("-----BEGIN CMS-----\n!!\n-----END CMS-----\n")),
              FailsWith(ErrorCode::malformed_certificate));
}

TEST_F(CertificateBundle, WhatOpensslPutsTogetherIsRead) {
  test::TemporaryFolder folder;
  const auto root = test::write_bytes(folder.path() / "root.pem", bytes_of(to_pem("CERTIFICATE", root_.der())));
  const auto leaf = test::write_bytes(folder.path() / "leaf.pem", bytes_of(to_pem("CERTIFICATE", leaf_.der())));
  for (const char* form : {"DER", "PEM"}) {
    const auto made = test::run_command({"openssl", "crl2pkcs7", "-nocrl", "-certfile", root.string(), "-certfile",
                                         leaf.string(), "-outform", form, "-out", (folder.path() / "bundle").string()});
    ASSERT_EQ(made.exit_code, 0) << made.output;
    EXPECT_THAT(parse_certificate_bundle(test::file_bytes(folder.path() / "bundle")).value(),
                testing::UnorderedElementsAre(root_, leaf_));
  }
}

}  // namespace
}  // namespace rakkan::cms
