#include "rakkan/cms/signed_attributes.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "test_signers.hpp"

namespace rakkan::cms {
namespace {

using crypto::DigestAlgorithm;
using crypto::KeyKind;

crypto::Digest digest() { return crypto::digest(DigestAlgorithm::sha256, bytes_of("契約書")); }

SignedAttributes make(const der::Oid& content_type = kIdData) {
  return SignedAttributes::make(content_type, digest(), signer_of(KeyKind::ec_p256).certificate, suite("ecdsa-sha256"));
}

std::vector<der::Oid> types_of(const SignedAttributes& attributes) {
  std::vector<der::Oid> types;
  for (const Bytes& one : test::split(attributes.content())) {
    der::Reader top(one);
    der::Reader fields = *top.enter(der::Tag::sequence);
    types.push_back(*fields.oid());
  }
  return types;
}

TEST(SignedAttributes, HoldTheFourOfTheProfileAndNoSigningTime) {
  EXPECT_THAT(types_of(make()), testing::UnorderedElementsAre(kIdContentType, kIdMessageDigest, kIdSigningCertificateV2,
                                                              kIdCmsAlgorithmProtection));
}

TEST(SignedAttributes, StandInTheOrderOfDer) {
  for (const std::string_view name : {"ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512"}) {
    const auto attributes = SignedAttributes::make(kIdCtTstInfo, crypto::digest(suite(name).digest, bytes_of("x")),
                                                   signer_of(KeyKind::ec_p256).certificate, suite(name));
    const std::vector<Bytes> elements = test::split(attributes.content());
    EXPECT_TRUE(std::is_sorted(elements.begin(), elements.end())) << name;
    EXPECT_EQ(elements.size(), 4U);
  }
}

TEST(SignedAttributes, StandInTheOrderOfDerWithTheLongIdentifierOfPss) {
  const auto& identity = signer_of(KeyKind::rsa_2048);
  const auto attributes = SignedAttributes::make(kIdData, digest(), identity.certificate, suite("rsa-pss-sha256"));
  const std::vector<Bytes> elements = test::split(attributes.content());
  EXPECT_TRUE(std::is_sorted(elements.begin(), elements.end()));
}

TEST(SignedAttributes, AreASetWhoseContentIsTheAttributes) {
  const auto attributes = make();
  der::Reader top(attributes.der());
  ASSERT_OK_AND_ASSIGN(const ByteView content, top.content(der::Tag::set));
  EXPECT_TRUE(top.at_end());
  EXPECT_EQ(to_hex(content), to_hex(attributes.content()));
  EXPECT_EQ(attributes.digest(), crypto::digest(DigestAlgorithm::sha256, attributes.der()));
}

// RFC 5035: the whole attribute, byte by byte, from the certificate's parts.
TEST(SignedAttributes, SigningCertificateV2OmitsSha256AndHoldsIssuerSerial) {
  const pki::Certificate& certificate = signer_of(KeyKind::ec_p256).certificate;
  const Bytes issuer_serial = test::encoded([&](der::Writer& w) {
    w.sequence([&] {
      w.sequence([&] { w.constructed(der::Tag{0xA4}, [&] { w.raw(certificate.issuer().der()); }); });
      w.integer(certificate.serial_number());
    });
  });
  const Bytes value = test::encoded([&](der::Writer& w) {
    w.sequence([&] {
      w.sequence([&] {
        w.sequence([&] {
          w.octet_string(crypto::digest(DigestAlgorithm::sha256, certificate.der()).view());
          w.raw(issuer_serial);
        });
      });
    });
  });
  EXPECT_THAT(test::split(make().content()), testing::Contains(test::attribute(kIdSigningCertificateV2, {value})));
}

TEST(SignedAttributes, AlgorithmProtectionRepeatsBothIdentifiers) {
  // RFC 6211: SEQUENCE { SEQUENCE { sha256 }, [1] { ecdsa-with-SHA256 } }
  const Bytes value = *from_hex("3019300b0609608648016503040201a10a06082a8648ce3d040302");
  EXPECT_THAT(test::split(make().content()), testing::Contains(test::attribute(kIdCmsAlgorithmProtection, {value})));
}

TEST(SignedAttributes, ContentTypeOfATokenIsTstInfo) {
  const Bytes value = test::encoded([](der::Writer& w) { w.oid(kIdCtTstInfo); });
  EXPECT_THAT(test::split(make(kIdCtTstInfo).content()), testing::Contains(test::attribute(kIdContentType, {value})));
}

TEST(SignedAttributes, AreTakenUpAgainAsTheyWereGivenOut) {
  const SignedAttributes made = make();
  ASSERT_OK_AND_ASSIGN(const SignedAttributes restored, SignedAttributes::restore(copy_of(made.der()), made.suite()));
  EXPECT_EQ(restored.digest(), made.digest());
  EXPECT_TRUE(equal(restored.content(), made.content()));
  Bytes longer = copy_of(made.der());
  longer.push_back(0);
  EXPECT_THAT(SignedAttributes::restore(longer, made.suite()), test::FailsWith(ErrorCode::malformed_cms));
  EXPECT_THAT(SignedAttributes::restore(copy_of(made.content()), made.suite()),
              test::FailsWith(ErrorCode::malformed_cms));
  EXPECT_THAT(SignedAttributes::restore({}, made.suite()), test::FailsWith(ErrorCode::malformed_cms));
}

}  // namespace
}  // namespace rakkan::cms
