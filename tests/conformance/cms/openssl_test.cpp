// OpenSSL verifies what we sign, and refuses what was altered; we verify what it signs.
#include <gmock/gmock.h>

#include <tuple>

#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/cms/signed_data_builder.hpp"
#include "support/corpora.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_authority.hpp"

namespace rakkan::cms {
namespace {

using crypto::KeyKind;
using test::IsOk;
using test::run_command;

constexpr std::string_view kContent = "業務委託契約書\n甲は乙に対し、本業務を委託する。\n";

struct Files {
  test::TemporaryFolder folder;
  [[nodiscard]] std::string path(std::string_view name) const { return (folder.path() / name).string(); }
  std::string write(std::string_view name, ByteView bytes) const {
    return test::write_bytes(folder.path() / name, bytes).string();
  }
};

using Key = std::tuple<KeyKind, std::string_view>;

struct OurSignature : testing::TestWithParam<Key> {
  Files files;
  test::TestAuthority authority;
  const crypto::AlgorithmSuite& suite = *crypto::suite_from_name(std::get<1>(GetParam()));
  test::Identity identity = authority.signer(std::get<0>(GetParam()));
  std::string ca = files.write("ca.pem", bytes_of(authority.pem()));
  std::string content = files.write("content", bytes_of(kContent));
  Bytes signature = sign();

  Bytes sign() {
    const auto attributes =
        SignedAttributes::make(kIdData, crypto::digest(suite.digest, bytes_of(kContent)), identity.certificate, suite);
    const Bytes value = test::value_or_throw(identity.key->sign(suite, attributes.digest()));
    const std::vector<pki::Certificate> chain{authority.certificate()};
    return assemble_signed_data({.attributes = attributes,
                                 .signer = identity.certificate,
                                 .signature = value,
                                 .certificates = chain,
                                 .embed_signer = true,
                                 .content = std::nullopt,
                                 .content_type = kIdData,
                                 .signature_timestamp = std::nullopt});
  }

  test::CommandOutcome verify(ByteView der, const std::string& over, const std::string& trust) {
    return run_command({"openssl", "cms", "-verify", "-cades", "-purpose", "any", "-binary", "-inform", "DER", "-in",
                        files.write("signature.p7s", der), "-content", over, "-CAfile", trust, "-out",
                        files.path("out")});
  }
  static void expect_refused(const test::CommandOutcome& outcome, std::string_view reason) {
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_THAT(outcome.output, testing::HasSubstr(std::string(reason)));
    EXPECT_THAT(outcome.output, testing::Not(testing::HasSubstr("erification successful")));
  }
};

// Written again the same: OpenSSL reads and writes every part as we encode it.
TEST_P(OurSignature, IsVerifiedByOpenSslAndWrittenAgainTheSame) {
  const auto verified = verify(signature, content, ca);
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(verified.output, testing::HasSubstr("erification successful"));

  const auto written = run_command({"openssl", "cms", "-cmsout", "-inform", "DER", "-in", files.path("signature.p7s"),
                                    "-outform", "DER", "-out", files.path("again.p7s")});
  EXPECT_EQ(written.exit_code, 0) << written.output;
  EXPECT_EQ(test::file_bytes(files.path("again.p7s")), signature);
}

TEST_P(OurSignature, IsRefusedByOpenSslOverOtherContentWithAnotherAuthorityOrAltered) {
  std::string one_byte(kContent);
  one_byte[10] ^= 0x01;
  expect_refused(verify(signature, files.write("altered", bytes_of(one_byte)), ca), "content verify error");
  expect_refused(verify(signature, files.write("other", bytes_of("別の契約書")), ca), "content verify error");
  const test::TestAuthority other("Another Root");
  expect_refused(verify(signature, content, files.write("other.pem", bytes_of(other.pem()))),
                 "certificate verify error");
  Bytes altered = signature;
  altered.back() ^= 0x01U;  // the signature value stands last
  expect_refused(verify(altered, content, ca), "verification failure");
}

TEST_P(OurSignature, IsPrintedWithTheAttributesOfTheProfileAndNoSigningTime) {
  const auto outcome = run_command(
      {"openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", files.write("signature.p7s", signature)});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  for (const std::string_view attribute :
       {"contentType", "messageDigest", "id-smime-aa-signingCertificateV2", "1.2.840.113549.1.9.52"}) {
    EXPECT_THAT(outcome.output, testing::HasSubstr(std::string(attribute)));
  }
  EXPECT_THAT(outcome.output, testing::Not(testing::HasSubstr("signingTime")));
}

INSTANTIATE_TEST_SUITE_P(
    Keys, OurSignature,
    testing::Values(Key{KeyKind::rsa_2048, "rsa-pkcs1-sha256"}, Key{KeyKind::rsa_2048, "rsa-pkcs1-sha384"},
                    Key{KeyKind::rsa_2048, "rsa-pkcs1-sha512"}, Key{KeyKind::rsa_3072, "rsa-pss-sha256"},
                    Key{KeyKind::rsa_2048, "rsa-pss-sha384"}, Key{KeyKind::rsa_2048, "rsa-pss-sha512"},
                    Key{KeyKind::ec_p256, "ecdsa-sha256"}, Key{KeyKind::ec_p384, "ecdsa-sha384"}),
    [](const auto& key) {
      std::string name(crypto::name(std::get<0>(key.param)));
      name += "_" + std::string(std::get<1>(key.param));
      std::erase(name, '-');
      return name;
    });

// Key generation, digest, and what `openssl cms -sign` needs beside them.
using TheirKey = std::tuple<std::string_view, std::vector<std::string>, std::string_view, bool>;

struct TheirSignature : testing::TestWithParam<TheirKey> {
  Files files;
  std::string content = files.write("content", bytes_of(kContent));

  Bytes sign() {
    const auto& [name, key, digest, pss] = GetParam();
    std::vector<std::string> request{"openssl", "req",
                                     "-x509",   "-nodes",
                                     "-subj",   "/C=JP/O=Test/CN=OpenSSL",
                                     "-days",   "30",
                                     "-keyout", files.path("key.pem"),
                                     "-out",    files.path("cert.pem")};
    request.insert(request.end(), key.begin(), key.end());
    const auto made = run_command(request);
    EXPECT_EQ(made.exit_code, 0) << made.output;
    std::vector<std::string> command{"openssl",
                                     "cms",
                                     "-sign",
                                     "-cades",
                                     "-binary",
                                     "-md",
                                     std::string(digest),
                                     "-in",
                                     content,
                                     "-signer",
                                     files.path("cert.pem"),
                                     "-inkey",
                                     files.path("key.pem"),
                                     "-outform",
                                     "DER",
                                     "-out",
                                     files.path("theirs.p7s")};
    if (pss) {
      command.insert(command.end(), {"-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest"});
    }
    const auto outcome = run_command(command);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return test::file_bytes(files.path("theirs.p7s"));
  }
};

TEST_P(TheirSignature, IsVerifiedByUsAndRefusedOverOtherContent) {
  const Bytes der = sign();
  ASSERT_OK_AND_ASSIGN(const SignedData data, SignedData::parse(der));
  ASSERT_EQ(data.signer_infos().size(), 1U);
  const SignerInfo& signer = data.signer_infos().front();
  ASSERT_OK_AND_ASSIGN(const pki::Certificate certificate, find_signer_certificate(data, signer));
  EXPECT_THAT(
      verify_signer_info(data, signer, crypto::digest(signer.digest_algorithm, bytes_of(kContent)), certificate),
      IsOk());
  EXPECT_THAT(verify_signer_info(data, signer, crypto::digest(signer.digest_algorithm, bytes_of("x")), certificate),
              test::FailsWith(ErrorCode::digest_mismatch));
}

INSTANTIATE_TEST_SUITE_P(
    Keys, TheirSignature,
    testing::Values(TheirKey{"Rsa", {"-newkey", "rsa:2048"}, "sha256", false},
                    TheirKey{"Rsa512", {"-newkey", "rsa:2048"}, "sha512", false},
                    TheirKey{"Pss", {"-newkey", "rsa:2048"}, "sha256", true},
                    TheirKey{"Pss384", {"-newkey", "rsa:2048"}, "sha384", true},
                    TheirKey{"P256", {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"}, "sha256", false},
                    TheirKey{"P384", {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"}, "sha384", false}),
    [](const auto& key) { return std::string(std::get<0>(key.param)); });

}  // namespace
}  // namespace rakkan::cms
