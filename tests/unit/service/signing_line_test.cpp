#include "rakkan/service/signing_line.hpp"

#include "support/signing_fixture.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::service {
namespace {

using crypto::DigestAlgorithm;
using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;

// Claims to need less than it does, so many times.
class TightTimestamper final : public Timestamper {
 public:
  TightTimestamper(std::shared_ptr<tsp::Tsu> unit, RandomSource& random, std::size_t claim)
      : inner_(std::move(unit), random), claim_(claim) {}
  [[nodiscard]] Result<tsp::TimestampToken> timestamp(const crypto::Digest& digest) override {
    ++tokens;
    return inner_.timestamp(digest);
  }
  [[nodiscard]] std::size_t expected_token_size() const noexcept override { return claim_; }
  int tokens = 0;

 private:
  InternalTimestamper inner_;
  std::size_t claim_;
};

class FailingTimestamper final : public Timestamper {
 public:
  [[nodiscard]] Result<tsp::TimestampToken> timestamp(const crypto::Digest&) override {
    return fail(ErrorCode::tsa_timeout, "by the test");
  }
  [[nodiscard]] std::size_t expected_token_size() const noexcept override { return 4096; }
};

struct Line {
  explicit Line(KeyKind kind = KeyKind::ec_p256, const char* suite = nullptr)
      : identity(authority.signer(kind)),
        signer(std::make_shared<test::BentSigner>(identity.key)),
        key(test::value_or_throw(SigningMaterial::create(
            signer, identity.certificate, {authority.certificate()},
            suite != nullptr ? *crypto::suite_from_name(suite) : crypto::default_suite(kind)))) {}

  Result<SignedPdf> sign(Timestamper* timestamper = nullptr) {
    pades::SignatureFieldSpec field;
    field.signing_time = SystemClock{}.now();
    return sign_pdf_line(base, key, field, timestamper, random);
  }

  test::TestAuthority authority;
  test::TestTsu unit{authority};
  crypto::SystemRandom random;
  test::Identity identity;
  std::shared_ptr<test::BentSigner> signer;
  SigningMaterial key;
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

TEST(SigningLine, TokenStampsTheSignatureValue) {
  Line line(KeyKind::ec_p384);
  InternalTimestamper timestamper(line.unit.tsu, line.random);
  ASSERT_OK_AND_ASSIGN(const SignedPdf signed_pdf, line.sign(&timestamper));
  expect_valid(line, signed_pdf);
  const test::CutSignature cut = test::cut_signature(line.base, signed_pdf);
  const cms::SignerInfo& info = cut.cms.signer_infos().front();
  const auto attribute = info.unsigned_attribute(cms::kIdSignatureTimeStampToken);
  ASSERT_TRUE(attribute.has_value());
  ASSERT_OK_AND_ASSIGN(const auto token, tsp::TimestampToken::parse(*attribute));
  EXPECT_THAT(token.verify_signature(), IsOk());
  EXPECT_EQ(token.info().message_imprint,
            tsp::MessageImprint::of(crypto::digest(DigestAlgorithm::sha384, info.signature)));
  ASSERT_TRUE(signed_pdf.timestamp.has_value());
  EXPECT_EQ(signed_pdf.timestamp->serial_number, token.info().serial_number);
  EXPECT_EQ(signed_pdf.timestamp->policy, test::kTestPolicy);
}

TEST(SigningLine, TokenLargerThanItsReserveLeadsToASecondSignature) {
  Line line;
  TightTimestamper timestamper(line.unit.tsu, line.random, 100);
  ASSERT_OK_AND_ASSIGN(const SignedPdf signed_pdf, line.sign(&timestamper));
  EXPECT_EQ(signed_pdf.signatures_made, 2U);
  EXPECT_EQ(line.signer->signatures, 2);
  EXPECT_EQ(timestamper.tokens, 2);
  expect_valid(line, signed_pdf);
}

TEST(SigningLine, TokenThatFitsNeedsOneSignature) {
  Line line;
  InternalTimestamper timestamper(line.unit.tsu, line.random);
  for (int i = 0; i < 20; ++i) {
    ASSERT_OK_AND_ASSIGN(const SignedPdf signed_pdf, line.sign(&timestamper));
    EXPECT_EQ(signed_pdf.signatures_made, 1U);
  }
}

TEST(SigningLine, FailedTimestampIsNoSignatureAtALowerLevel) {
  Line line;
  FailingTimestamper timestamper;
  EXPECT_THAT(line.sign(&timestamper), FailsWith(ErrorCode::tsa_timeout));
  EXPECT_EQ(line.signer->signatures, 1);
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
  EXPECT_THAT(SigningMaterial::create(line.signer, line.authority.signer(KeyKind::ec_p256).certificate, {},
                                      crypto::default_suite(KeyKind::ec_p256)),
              FailsWith(ErrorCode::key_certificate_mismatch));
}

TEST(SigningLine, SuiteMustSuitTheKey) {
  Line line;
  EXPECT_THAT(
      SigningMaterial::create(line.signer, line.identity.certificate, {}, crypto::default_suite(KeyKind::rsa_2048)),
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
  ASSERT_OK_AND_ASSIGN(const DetachedCms detached, sign_digest_line(digest, line.key, nullptr));
  ASSERT_OK_AND_ASSIGN(const auto data, cms::SignedData::parse(detached.cms));
  EXPECT_EQ(data.content(), std::nullopt);
  EXPECT_THAT(cms::verify_signer_info(data, data.signer_infos().front(), digest, line.identity.certificate), IsOk());
  EXPECT_EQ(data.signer_infos().front().signed_attribute(cms::kIdSigningTime), std::nullopt);
}

TEST(SigningLine, DigestOfAnotherAlgorithmNeedsItsSuite) {
  Line line(KeyKind::rsa_2048);
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha512, bytes_of("content"));
  EXPECT_THAT(sign_digest_line(digest, line.key, nullptr), FailsWith(ErrorCode::unsupported_algorithm));
  ASSERT_OK_AND_ASSIGN(const SigningMaterial key, line.key.with_digest(DigestAlgorithm::sha512));
  EXPECT_THAT(sign_digest_line(digest, key, nullptr), IsOk());
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

TEST(OutsideTimestamper, LearnsTheRoomFromTheTokensItSaw) { EXPECT_GT(with_margin(5000), 5000U); }

}  // namespace
}  // namespace rakkan::service
