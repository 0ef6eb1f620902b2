#include <gmock/gmock.h>

#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::IsOk;

constexpr auto kUnsuitable = ErrorCode::certificate_unsuitable;

class CertificateChecks : public testing::Test {
 protected:
  Result<void> as_tsu(std::vector<der::Oid> purposes, bool critical, std::vector<KeyUsage> usages, bool ca = false) {
    return check_timestamping_certificate(root_.certify("TSU", [&](CertificateTemplate& content) {
      content.extended_key_usage = ExtendedKeyUsage{std::move(purposes), critical};
      content.key_usage = std::move(usages);
      content.basic_constraints = BasicConstraints{ca, std::nullopt};
    }));
  }
  Result<void> as_signer(std::vector<der::Oid> purposes, std::vector<KeyUsage> usages) {
    return check_document_signing_certificate(root_.certify("Signer", [&](CertificateTemplate& content) {
      if (!purposes.empty()) {
        content.extended_key_usage = ExtendedKeyUsage{std::move(purposes), false};
      }
      content.key_usage = std::move(usages);
    }));
  }

  Authority root_{"Root"};
};

TEST_F(CertificateChecks, TsuHasTimestampingAloneAndCritical) {
  EXPECT_THAT(as_tsu({kEkuTimeStamping}, true, {KeyUsage::digital_signature}), IsOk());
  EXPECT_THAT(as_tsu({kEkuTimeStamping}, true, {KeyUsage::content_commitment}), IsOk());
  EXPECT_THAT(as_tsu({kEkuTimeStamping}, true, {}), IsOk());
  EXPECT_THAT(as_tsu({kEkuTimeStamping}, false, {KeyUsage::digital_signature}), FailsWith(kUnsuitable));
  EXPECT_THAT(as_tsu({kEkuTimeStamping, kEkuOcspSigning}, true, {KeyUsage::digital_signature}), FailsWith(kUnsuitable));
  EXPECT_THAT(as_tsu({kEkuOcspSigning}, true, {KeyUsage::digital_signature}), FailsWith(kUnsuitable));
  EXPECT_THAT(check_timestamping_certificate(root_.certify("No EKU")), FailsWith(kUnsuitable));
}

TEST_F(CertificateChecks, TsuKeySignsAndNothingElse) {
  EXPECT_THAT(as_tsu({kEkuTimeStamping}, true, {KeyUsage::digital_signature, KeyUsage::key_encipherment}),
              FailsWith(kUnsuitable));
  EXPECT_THAT(as_tsu({kEkuTimeStamping}, true, {KeyUsage::key_agreement}), FailsWith(kUnsuitable));
  EXPECT_THAT(as_tsu({kEkuTimeStamping}, true, {KeyUsage::digital_signature}, true), FailsWith(kUnsuitable));
}

TEST_F(CertificateChecks, SignerMaySignButIsNeitherCaNorTsu) {
  EXPECT_THAT(as_signer({}, {KeyUsage::digital_signature}), IsOk());
  EXPECT_THAT(as_signer({}, {KeyUsage::content_commitment}), IsOk());
  EXPECT_THAT(as_signer({}, {}), IsOk());
  EXPECT_THAT(as_signer({}, {KeyUsage::key_encipherment}), FailsWith(kUnsuitable));
  EXPECT_THAT(as_signer({kEkuTimeStamping}, {KeyUsage::digital_signature}), FailsWith(kUnsuitable));
  EXPECT_THAT(as_signer({kEkuEmailProtection, kEkuTimeStamping}, {KeyUsage::digital_signature}),
              FailsWith(kUnsuitable));
  EXPECT_THAT(check_document_signing_certificate(root_.self_signed(
                  [](CertificateTemplate& content) { content.key_usage.push_back(KeyUsage::digital_signature); })),
              FailsWith(kUnsuitable));
}

TEST_F(CertificateChecks, SignerIsNotForSomethingElseAlone) {
  EXPECT_THAT(as_signer({kEkuDocumentSigning}, {KeyUsage::digital_signature}), IsOk());
  EXPECT_THAT(as_signer({kEkuServerAuth, kEkuEmailProtection}, {KeyUsage::digital_signature}), IsOk());
  EXPECT_THAT(as_signer({der::Oid{1, 2, 392, 100}}, {KeyUsage::digital_signature}), IsOk());
  EXPECT_THAT(as_signer({kEkuServerAuth}, {KeyUsage::digital_signature}), FailsWith(kUnsuitable));
  EXPECT_THAT(as_signer({kEkuCodeSigning, kEkuOcspSigning}, {KeyUsage::digital_signature}), FailsWith(kUnsuitable));
}

TEST_F(CertificateChecks, BothEndsOfTheValidityAreValid) {
  const Certificate certificate = root_.certify("Leaf");
  EXPECT_THAT(check_validity(certificate, kNotBefore), IsOk());
  EXPECT_THAT(check_validity(certificate, kNotAfter), IsOk());
  EXPECT_THAT(check_validity(certificate, kNotBefore - 1ms), FailsWith(ErrorCode::certificate_not_yet_valid));
  EXPECT_THAT(check_validity(certificate, kNotAfter + 1ms), FailsWith(ErrorCode::certificate_expired));
}

TEST_F(CertificateChecks, ThePrivateKeyUsagePeriodNarrowsTheValidity) {
  const Certificate certificate = root_.certify("TSU", [](CertificateTemplate& content) {
    content.private_key_usage_period = PrivateKeyUsagePeriod{kNotBefore + 24h, kNotBefore + 48h};
  });
  EXPECT_THAT(check_validity(certificate, kNotBefore + 24h), IsOk());
  EXPECT_THAT(check_validity(certificate, kNotBefore + 48h), IsOk());
  EXPECT_THAT(check_validity(certificate, kNotBefore), FailsWith(ErrorCode::certificate_not_yet_valid));
  EXPECT_THAT(check_validity(certificate, kNotBefore + 49h), FailsWith(ErrorCode::certificate_expired));
}

}  // namespace
}  // namespace rakkan::pki
