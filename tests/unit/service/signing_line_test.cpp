#include "rakkan/service/signing_line.hpp"

#include "rakkan/credentials/signing_material.hpp"
#include "rakkan/service/timestamper.hpp"
#include "support/bare_signing_line.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::service {
namespace {

using crypto::DigestAlgorithm;
using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;

struct Line {
  explicit Line(KeyKind kind = KeyKind::ec_p256, const char* suite = nullptr)
      : identity(authority.signer(kind)),
        signer(std::make_shared<test::BentSigner>(identity.key)),
        key(test::value_or_throw(credentials::SigningMaterial::create(
            signer, identity.certificate, {authority.certificate()},
            suite != nullptr ? *crypto::suite_from_name(suite) : crypto::default_suite(kind)))) {}

  Result<SignedPdf> sign() {
    pades::SignatureFieldSpec field;
    field.signing_time = SystemClock{}.now();
    return test::sign_pdf_line(base, key, field, random);
  }

  test::TestAuthority authority;
  crypto::SystemRandom random;
  test::Identity identity;
  std::shared_ptr<test::BentSigner> signer;
  credentials::SigningMaterial key;
  Bytes base = test::sample_pdf();
};

void expect_valid(const Line& line, const SignedPdf& signed_pdf) {
  const test::CutSignature cut = test::cut_signature(line.base, signed_pdf);
  const cms::SignerInfo& info = cut.cms.signer_infos().front();
  EXPECT_THAT(cms::verify_signer_info(cut.cms, info, crypto::digest(info.digest_algorithm, cut.content),
                                      line.identity.certificate),
              IsOk());
}

class SigningLineOfKind : public ::testing::TestWithParam<std::pair<KeyKind, const char*>> {};

TEST_P(SigningLineOfKind, SignatureCoversTheWholeRevision) {
  Line line(GetParam().first, GetParam().second);
  ASSERT_OK_AND_ASSIGN(const SignedPdf signed_pdf, line.sign());
  expect_valid(line, signed_pdf);
  EXPECT_EQ(signed_pdf.document_digest, crypto::digest(DigestAlgorithm::sha256, line.base));
  const test::CutSignature cut = test::cut_signature(line.base, signed_pdf);
  EXPECT_EQ(signed_pdf.byte_range_digest, crypto::digest(line.key.suite().digest, cut.content));
  EXPECT_EQ(signed_pdf.signatures_made, 1U);
  EXPECT_EQ(signed_pdf.timestamp.has_value(), false);
}

INSTANTIATE_TEST_SUITE_P(Suites, SigningLineOfKind,
                         ::testing::Values(std::pair{KeyKind::rsa_2048, "rsa-pkcs1-sha256"},
                                           std::pair{KeyKind::rsa_2048, "rsa-pss-sha384"},
                                           std::pair{KeyKind::rsa_3072, "rsa-pkcs1-sha512"},
                                           std::pair{KeyKind::ec_p256, "ecdsa-sha256"},
                                           std::pair{KeyKind::ec_p384, "ecdsa-sha384"}),
                         [](const auto& chosen) {
                           std::string name(chosen.param.second);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(SigningLine, ReserveIsFilledButForTheVariationOfTheSignatureValue) {
  for (const KeyKind kind : {KeyKind::rsa_2048, KeyKind::ec_p256}) {
    Line line(kind);
    ASSERT_OK_AND_ASSIGN(const SignedPdf signed_pdf, line.sign());
    EXPECT_LE(signed_pdf.cms_size, signed_pdf.reserve);
    EXPECT_LE(signed_pdf.reserve - signed_pdf.cms_size, 16U) << crypto::name(kind);
  }
}

TEST(SigningLine, WrongSignatureValueIsNotReleased) {
  Line line;
  line.signer->flips_a_bit = true;
  EXPECT_THAT(line.sign(), FailsWith(ErrorCode::self_check_failed));
}

TEST(SigningLine, SignatureOfAnotherKeyIsNotReleased) {
  Line line;
  line.signer->inner = std::make_shared<crypto::SoftwareSigner>(
      test::value_or_throw(crypto::SoftwareSigner::generate(KeyKind::ec_p256)));
  EXPECT_THAT(line.sign(), FailsWith(ErrorCode::self_check_failed));
}

TEST(SigningLine, HsmErrorComesThrough) {
  Line line;
  line.signer->failure = ErrorCode::hsm_device_gone;
  EXPECT_THAT(line.sign(), FailsWith(ErrorCode::hsm_device_gone));
}

TEST(SigningLine, CertificateOfAnotherKeyIsRefused) {
  Line line;
  EXPECT_THAT(credentials::SigningMaterial::create(line.signer, line.authority.signer(KeyKind::ec_p256).certificate, {},
                                                   crypto::default_suite(KeyKind::ec_p256)),
              FailsWith(ErrorCode::key_certificate_mismatch));
}

TEST(SigningLine, SuiteMustSuitTheKey) {
  Line line;
  EXPECT_THAT(credentials::SigningMaterial::create(line.signer, line.identity.certificate, {},
                                                   crypto::default_suite(KeyKind::rsa_2048)),
              FailsWith(ErrorCode::unsupported_algorithm));
}

TEST(SigningLine, SecondSignatureKeepsTheFirst) {
  Line line;
  ASSERT_OK_AND_ASSIGN(const SignedPdf first, line.sign());
  const Bytes original = line.base;
  append(line.base, ByteView(first.tail));
  ASSERT_OK_AND_ASSIGN(const SignedPdf second, line.sign());
  EXPECT_NE(second.field_name, first.field_name);
  expect_valid(line, second);
  const test::CutSignature cut = test::cut_signature(original, first);
  const cms::SignerInfo& info = cut.cms.signer_infos().front();
  EXPECT_THAT(cms::verify_signer_info(cut.cms, info, crypto::digest(info.digest_algorithm, cut.content),
                                      line.identity.certificate),
              IsOk());
}

TEST(SigningLine, NotAPdfIsRefusedBeforeTheKeyIsTouched) {
  Line line;
  line.base = copy_of(bytes_of("contract"));
  EXPECT_THAT(line.sign(), FailsWith(ErrorCode::not_a_pdf));
  EXPECT_EQ(line.signer->signatures, 0);
}

TEST(SigningLine, DetachedCmsIsOverTheDigestAlone) {
  Line line(KeyKind::rsa_2048);
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha256, bytes_of("content"));
  ASSERT_OK_AND_ASSIGN(const Bytes detached, test::sign_digest_line(digest, line.key));
  ASSERT_OK_AND_ASSIGN(const auto data, cms::SignedData::parse(detached));
  EXPECT_EQ(data.content(), std::nullopt);
  EXPECT_THAT(cms::verify_signer_info(data, data.signer_infos().front(), digest, line.identity.certificate), IsOk());
  EXPECT_EQ(data.signer_infos().front().signed_attribute(cms::kIdSigningTime), std::nullopt);
}

TEST(SigningLine, DigestOfAnotherAlgorithmThanTheSuitesIsRefused) {
  Line line(KeyKind::rsa_2048);
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha512, bytes_of("content"));
  EXPECT_THAT(test::sign_digest_line(digest, line.key), FailsWith(ErrorCode::digest_algorithm_mismatch));
}

TEST(HashedDocument, TwoAlgorithmsOfOneReadingAreBothRight) {
  Bytes base(200'001);
  for (std::size_t i = 0; i < base.size(); ++i) {
    base[i] = static_cast<Byte>(i * 131 >> 3);
  }
  for (const DigestAlgorithm algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::sha512}) {
    EXPECT_EQ(HashedDocument::hash(base, algorithm).document_digest(), crypto::digest(DigestAlgorithm::sha256, base));
  }
}

TEST(DocumentHasher, PiecesGiveWhatTheWholeGives) {
  const Bytes base = test::sample_pdf();
  for (const DigestAlgorithm algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::sha384}) {
    DocumentHasher hasher(algorithm);
    for (std::size_t at = 0; at < base.size(); at += 7) {
      hasher.update(ByteView(base).subspan(at, std::min<std::size_t>(7, base.size() - at)));
    }
    ASSERT_OK_AND_ASSIGN(const HashedDocument document, std::move(hasher).finish(base));
    EXPECT_EQ(document.document_digest(), crypto::digest(DigestAlgorithm::sha256, base));
  }
}

TEST(DocumentHasher, DocumentOfAnotherLengthIsNotWhatWasHashed) {
  DocumentHasher hasher(DigestAlgorithm::sha256);
  hasher.update(bytes_of("contract"));
  EXPECT_THAT(std::move(hasher).finish(bytes_of("contrac")), FailsWith(ErrorCode::internal));
}

TEST(OutsideTimestamper, LearnsTheRoomFromTheTokensItSaw) { EXPECT_GT(with_margin(5000), 5000U); }

}  // namespace
}  // namespace rakkan::service
