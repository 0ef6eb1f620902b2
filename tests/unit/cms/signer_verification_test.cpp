#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/cms/signed_data_builder.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "test_signers.hpp"

namespace rakkan::cms {
namespace {

using crypto::DigestAlgorithm;
using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;

constexpr std::string_view kContent = "甲は乙に対し";

struct SignerVerification : testing::Test {
  const test::Identity& identity = signer_of(KeyKind::ec_p256);
  test::HandmadeCms cms{identity, suite("ecdsa-sha256"), bytes_of(kContent)};

  Result<void> verify(const pki::Certificate& certificate, std::string_view content = kContent) {
    RAKKAN_TRY(const SignedData data, SignedData::parse(cms.encode()));
    const SignerInfo& signer = data.signer_infos().front();
    return verify_signer_info(data, signer, crypto::digest(signer.digest_algorithm, bytes_of(content)), certificate);
  }
  Result<void> sign_and_verify() {
    cms.sign();
    return verify(identity.certificate);
  }
  Result<pki::Certificate> find() {
    RAKKAN_TRY(const SignedData data, SignedData::parse(cms.encode()));
    return find_signer_certificate(data, data.signer_infos().front());
  }
  void replace(const der::Oid& type, std::string_view value) {
    cms.replace_attribute(type, test::attribute(type, {*from_hex(value)}));
  }
};

TEST_F(SignerVerification, AcceptsWhatWasSigned) { EXPECT_THAT(sign_and_verify(), IsOk()); }

TEST_F(SignerVerification, RefusesOtherContent) {
  cms.sign();
  EXPECT_THAT(verify(identity.certificate, "甲は乙に対し "), FailsWith(ErrorCode::digest_mismatch));
}

TEST_F(SignerVerification, RefusesADigestOfAnotherAlgorithm) {
  cms.sign();
  ASSERT_OK_AND_ASSIGN(const SignedData data, SignedData::parse(cms.encode()));
  const crypto::Digest other = crypto::digest(DigestAlgorithm::sha384, bytes_of(kContent));
  EXPECT_THAT(verify_signer_info(data, data.signer_infos().front(), other, identity.certificate),
              FailsWith(ErrorCode::digest_mismatch));
}

TEST_F(SignerVerification, RefusesAnotherSignatureValue) {
  cms.sign();
  cms.signature.back() ^= 0x01U;
  EXPECT_THAT(verify(identity.certificate), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(SignerVerification, RefusesEveryChangedAttributeByte) {
  cms.sign();
  const Bytes good = cms.encode();
  ASSERT_OK_AND_ASSIGN(const SignedData data, SignedData::parse(good));
  const ByteView attributes = data.signer_infos().front().signed_attributes_content;
  const auto offset = static_cast<std::size_t>(attributes.data() - data.der().data());
  for (std::size_t i = offset; i < offset + attributes.size(); ++i) {
    Bytes changed = good;
    changed[i] ^= 0x01U;
    const auto parsed = SignedData::parse(changed);
    if (!parsed) {
      continue;
    }
    const SignerInfo& signer = parsed->signer_infos().front();
    const crypto::Digest content = crypto::digest(DigestAlgorithm::sha256, bytes_of(kContent));
    EXPECT_FALSE(verify_signer_info(*parsed, signer, content, identity.certificate)) << "offset " << i;
  }
}

TEST_F(SignerVerification, RefusesAnotherCertificateOfTheSameKey) {
  const test::Identity other = authority().signer(KeyKind::ec_p256, [&](pki::CertificateTemplate& content) {
    content.spki = copy_of(identity.certificate.spki());
  });
  cms.sign();
  EXPECT_THAT(verify(other.certificate), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(SignerVerification, RefusesAMissingAttribute) {
  const std::vector<Bytes> all = cms.attributes;
  for (const der::Oid& type : {kIdContentType, kIdMessageDigest, kIdSigningCertificateV2}) {
    cms.attributes = all;
    cms.replace_attribute(type, std::nullopt);
    EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::signature_invalid)) << type.dotted();
  }
}

TEST_F(SignerVerification, AcceptsAMissingAlgorithmProtection) {
  cms.replace_attribute(kIdCmsAlgorithmProtection, std::nullopt);
  EXPECT_THAT(sign_and_verify(), IsOk());
}

TEST_F(SignerVerification, RefusesAnAlgorithmProtectionOfAnotherDigest) {
  replace(kIdCmsAlgorithmProtection, "3019300b0609608648016503040202a10a06082a8648ce3d040302");
  EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(SignerVerification, RefusesAnAlgorithmProtectionOfAnotherSignatureAlgorithm) {
  replace(kIdCmsAlgorithmProtection, "3019300b0609608648016503040201a10a06082a8648ce3d040303");
  EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(SignerVerification, RefusesAnAlgorithmProtectionThatIsNotOne) {
  replace(kIdCmsAlgorithmProtection, "0500");
  EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(SignerVerification, RefusesAContentTypeThatIsNotTheContents) {
  replace(kIdContentType, "060b2a864886f70d0109100104");  // id-ct-TSTInfo
  EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(SignerVerification, RefusesAMessageDigestThatIsNotAnOctetString) {
  replace(kIdMessageDigest, "0500");
  EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::signature_invalid));
}

// Without signed attributes the content itself is signed: content that is a SET OF Attribute could then pass for signed
// attributes, or the other way round. PAdES requires them, so nothing without them verifies.
TEST_F(SignerVerification, RefusesASignatureWithoutSignedAttributes) {
  cms.attributes.clear();
  const crypto::Digest content = crypto::digest(DigestAlgorithm::sha256, bytes_of(kContent));
  cms.signature = *identity.key->sign(suite("ecdsa-sha256"), content);
  EXPECT_THAT(verify(identity.certificate), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(SignerVerification, RefusesASignatureAlgorithmOfAnotherDigest) {
  cms.signature_algorithm = copy_of(suite("ecdsa-sha384").cms_signature_algorithm);
  cms.replace_attribute(kIdCmsAlgorithmProtection, std::nullopt);
  EXPECT_THAT(sign_and_verify(),
              testing::AnyOf(FailsWith(ErrorCode::signature_invalid), FailsWith(ErrorCode::unsupported_algorithm)));
}

TEST_F(SignerVerification, RefusesASuiteThatIsNotTheKeys) {
  cms.signature_algorithm = copy_of(suite("rsa-pkcs1-sha256").cms_signature_algorithm);
  cms.replace_attribute(kIdCmsAlgorithmProtection, std::nullopt);
  EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::unsupported_algorithm));
}

// SigningCertificateV2 by hand: SEQUENCE { SEQUENCE { SEQUENCE { [hashAlgorithm,] certHash [, issuerSerial] } } }
Bytes signing_certificate(ByteView hash_algorithm, ByteView hash, ByteView issuer_serial) {
  const Bytes value = test::encoded([&](der::Writer& w) {
    w.sequence([&] {
      w.sequence([&] {
        w.sequence([&] {
          w.raw(hash_algorithm);
          w.octet_string(hash);
          w.raw(issuer_serial);
        });
      });
    });
  });
  return test::attribute(kIdSigningCertificateV2, {value});
}

TEST_F(SignerVerification, AcceptsSigningCertificateWithOtherHashesAndWithoutIssuerSerial) {
  for (const DigestAlgorithm algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
    const Bytes identifier = test::encoded([&](der::Writer& w) {
      w.sequence([&] {
        w.oid(crypto::info(algorithm).oid);
        w.null();
      });
    });
    const crypto::Digest hash = crypto::digest(algorithm, identity.certificate.der());
    cms.replace_attribute(kIdSigningCertificateV2, signing_certificate(identifier, hash.view(), {}));
    EXPECT_THAT(sign_and_verify(), IsOk());
    EXPECT_THAT(find(), IsOk());
  }
}

TEST_F(SignerVerification, RefusesASigningCertificateOfAnotherHash) {
  cms.replace_attribute(kIdSigningCertificateV2, signing_certificate({}, Bytes(32, 0x11), {}));
  EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(find(), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(SignerVerification, RefusesASigningCertificateOfAnotherSerialNumber) {
  const Bytes issuer_serial = test::encoded([&](der::Writer& w) {
    w.sequence([&] {
      w.sequence(
          [&] { w.constructed(der::context_constructed(4), [&] { w.raw(identity.certificate.issuer().der()); }); });
      w.small_unsigned(99);
    });
  });
  const crypto::Digest hash = crypto::digest(DigestAlgorithm::sha256, identity.certificate.der());
  cms.replace_attribute(kIdSigningCertificateV2, signing_certificate({}, hash.view(), issuer_serial));
  EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(SignerVerification, RefusesASigningCertificateBySha1) {
  cms.replace_attribute(kIdSigningCertificateV2,
                        signing_certificate(*from_hex("300706052b0e03021a"), Bytes(20, 0x11), {}));
  EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST_F(SignerVerification, RefusesMalformedSigningCertificates) {
  const std::vector<Bytes> all = cms.attributes;
  for (const std::string_view value : {"0500", "3000", "30023000", "300430023000", "300830063004300404020102"}) {
    cms.attributes = all;
    replace(kIdSigningCertificateV2, value);
    EXPECT_FALSE(sign_and_verify().has_value()) << value;
    EXPECT_FALSE(find().has_value()) << value;
  }
}

TEST_F(SignerVerification, FindsTheSignerAmongOthersInAnyOrder) {
  const test::Identity other = authority().signer(KeyKind::ec_p256);
  const std::vector<Bytes> certificates{copy_of(other.certificate.der()), copy_of(authority().certificate().der()),
                                        copy_of(identity.certificate.der())};
  cms.certificates = certificates;
  ASSERT_OK_AND_ASSIGN(const pki::Certificate first, find());
  EXPECT_EQ(first, identity.certificate);
  cms.certificates.assign(certificates.rbegin(), certificates.rend());
  ASSERT_OK_AND_ASSIGN(const pki::Certificate second, find());
  EXPECT_EQ(second, identity.certificate);
}

// Same issuer and serial number, another certificate: only the hash in the signed attribute tells them apart.
TEST_F(SignerVerification, IsNotDeceivedByAnInjectedCertificateOfTheSameName) {
  const test::Identity twin = authority().signer(KeyKind::ec_p256, [&](pki::CertificateTemplate& content) {
    content.serial_number = copy_of(identity.certificate.serial_number());
  });
  cms.certificates = {copy_of(twin.certificate.der()), copy_of(identity.certificate.der())};
  ASSERT_OK_AND_ASSIGN(const pki::Certificate found, find());
  EXPECT_EQ(found, identity.certificate);
  cms.certificates = {copy_of(twin.certificate.der())};
  EXPECT_THAT(find(), FailsWith(ErrorCode::signature_invalid));
}

// The authority writes its name in UTF8String, the signer's software wrote it in PrintableString.
TEST_F(SignerVerification, AcceptsTheIssuersNameInAnotherStringType) {
  Bytes issuer = copy_of(identity.certificate.issuer().der());
  const std::string_view name = "Test Root";
  const auto at = std::search(issuer.begin(), issuer.end(), name.begin(), name.end());
  ASSERT_NE(at, issuer.end());
  ASSERT_EQ(*(at - 2), static_cast<Byte>(der::Tag::utf8_string));
  *(at - 2) = static_cast<Byte>(der::Tag::printable_string);
  cms.signer_identifier = test::encoded([&](der::Writer& w) {
    w.sequence([&] {
      w.raw(issuer);
      w.integer(identity.certificate.serial_number());
    });
  });
  EXPECT_THAT(sign_and_verify(), IsOk());
  EXPECT_THAT(find(), IsOk());
}

TEST_F(SignerVerification, FindsNoneWhenNoneIsEmbedded) {
  cms.certificates.clear();
  EXPECT_THAT(find(), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(SignerVerification, PassesOverEmbeddedCertificatesThatDoNotParse) {
  cms.certificates.insert(cms.certificates.begin(), *from_hex("3003020100"));
  ASSERT_OK_AND_ASSIGN(const pki::Certificate found, find());
  EXPECT_EQ(found, identity.certificate);
}

TEST_F(SignerVerification, AcceptsASignerNamedByKeyIdentifier) {
  const auto key_identifier = identity.certificate.subject_key_identifier();
  ASSERT_TRUE(key_identifier.has_value());
  cms.signer_version = 3;
  cms.signer_identifier = test::encoded([&](der::Writer& w) { w.primitive(der::context(0), *key_identifier); });
  EXPECT_THAT(sign_and_verify(), IsOk());
  ASSERT_OK_AND_ASSIGN(const pki::Certificate found, find());
  EXPECT_EQ(found, identity.certificate);
  cms.signer_identifier.back() ^= 0x01U;
  EXPECT_THAT(sign_and_verify(), FailsWith(ErrorCode::signature_invalid));
}

TEST(SignAndVerify, EverySuiteOfADocumentKey) {
  for (const auto& [kind, name] : {std::pair{KeyKind::rsa_2048, "rsa-pkcs1-sha256"},
                                   {KeyKind::rsa_2048, "rsa-pkcs1-sha512"},
                                   {KeyKind::rsa_2048, "rsa-pss-sha256"},
                                   {KeyKind::rsa_2048, "rsa-pss-sha384"},
                                   {KeyKind::ec_p256, "ecdsa-sha256"},
                                   {KeyKind::ec_p384, "ecdsa-sha384"}}) {
    const test::Identity& identity = signer_of(kind);
    const crypto::AlgorithmSuite& with = suite(name);
    const crypto::Digest content = crypto::digest(with.digest, bytes_of(kContent));
    const auto attributes = SignedAttributes::make(kIdData, content, identity.certificate, with);
    ASSERT_OK_AND_ASSIGN(const Bytes signature, identity.key->sign(with, attributes.digest()));
    const Bytes der = assemble_signed_data({.attributes = attributes,
                                            .signer = identity.certificate,
                                            .signature = signature,
                                            .certificates = {},
                                            .embed_signer = true,
                                            .content = std::nullopt,
                                            .content_type = kIdData,
                                            .signature_timestamp = std::nullopt});
    ASSERT_OK_AND_ASSIGN(const SignedData data, SignedData::parse(der));
    ASSERT_OK_AND_ASSIGN(const pki::Certificate found, find_signer_certificate(data, data.signer_infos().front()));
    EXPECT_THAT(verify_signer_info(data, data.signer_infos().front(), content, found), IsOk()) << name;
  }
}

}  // namespace
}  // namespace rakkan::cms
