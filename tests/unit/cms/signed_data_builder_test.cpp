#include "rakkan/cms/signed_data_builder.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "test_signers.hpp"

namespace rakkan::cms {
namespace {

using crypto::KeyKind;

SignedAttributes attributes_over(ByteView content, const der::Oid& type) {
  return SignedAttributes::make(type, crypto::digest(crypto::DigestAlgorithm::sha256, content),
                                signer_of(KeyKind::ec_p256).certificate, suite("ecdsa-sha256"));
}

struct SignedDataBuilder : testing::Test {
  const test::Identity& identity = signer_of(KeyKind::ec_p256);
  SignedAttributes attributes = attributes_over(bytes_of("x"), kIdData);
  Bytes signature{0x30, 0x03, 0x02, 0x01, 0x01};
  std::vector<pki::Certificate> chain{authority().certificate()};
  SignedDataParts parts{.attributes = attributes,
                        .signer = identity.certificate,
                        .signature = signature,
                        .certificates = chain,
                        .embed_signer = true,
                        .content = std::nullopt,
                        .content_type = kIdData,
                        .signature_timestamp = std::nullopt};
};

TEST_F(SignedDataBuilder, WritesWhatTheHandmadeOneIs) {
  test::HandmadeCms handmade(identity, suite("ecdsa-sha256"), bytes_of("x"));
  handmade.signature = signature;
  handmade.certificates.push_back(copy_of(chain.front().der()));
  std::sort(handmade.certificates.begin(), handmade.certificates.end());
  EXPECT_EQ(to_hex(assemble_signed_data(parts)), to_hex(handmade.encode()));
}

TEST_F(SignedDataBuilder, WritesATokenInVersion3AsTheHandmadeOneIs) {
  const Bytes content(300, 0x42);
  const Bytes timestamp = *from_hex("3003020105");
  test::HandmadeCms handmade(identity, suite("ecdsa-sha256"), content, kIdCtTstInfo);
  handmade.signature = signature;
  handmade.version = 3;
  handmade.content = test::encoded([&](der::Writer& w) { w.octet_string(content); });
  handmade.certificates.clear();
  handmade.unsigned_attributes = {test::attribute(kIdSignatureTimeStampToken, {timestamp})};

  const SignedAttributes token_attributes = attributes_over(content, kIdCtTstInfo);
  const SignedDataParts token{.attributes = token_attributes,
                              .signer = identity.certificate,
                              .signature = signature,
                              .certificates = {},
                              .embed_signer = false,
                              .content = content,
                              .content_type = kIdCtTstInfo,
                              .signature_timestamp = timestamp};
  EXPECT_EQ(to_hex(assemble_signed_data(token)), to_hex(handmade.encode()));
}

TEST_F(SignedDataBuilder, WritesEachCertificateOnce) {
  chain = {identity.certificate, authority().certificate(), authority().certificate()};
  parts.certificates = chain;
  ASSERT_OK_AND_ASSIGN(const SignedData parsed, SignedData::parse(assemble_signed_data(parts)));
  EXPECT_EQ(parsed.certificates().size(), 2U);
}

TEST_F(SignedDataBuilder, SizeIsExactWhenTheSignatureAndTokenAreAsLargeAsSaid) {
  for (const std::size_t signature_size : {8U, 70U, 127U, 128U, 256U, 512U}) {
    for (const std::size_t timestamp_size : {0U, 100U, 127U, 128U, 3000U, 70000U}) {
      signature.assign(signature_size, 0x11);
      const Bytes timestamp(timestamp_size, 0x22);
      parts.signature = signature;
      parts.signature_timestamp = timestamp_size == 0 ? std::nullopt : std::optional<ByteView>(timestamp);
      EXPECT_EQ(signed_data_size(parts, signature_size, timestamp_size), assemble_signed_data(parts).size())
          << signature_size << " " << timestamp_size;
    }
  }
}

TEST_F(SignedDataBuilder, SizeBoundsEverySmallerSignature) {
  std::size_t last = 0;
  for (std::size_t size = 0; size < 600; ++size) {
    signature.assign(size, 0x11);
    parts.signature = signature;
    const std::size_t made = assemble_signed_data(parts).size();
    EXPECT_GT(made, last);
    EXPECT_LE(made, signed_data_size(parts, 600, 0));
    last = made;
  }
}

TEST_F(SignedDataBuilder, IsReadBackPartByPart) {
  const Bytes timestamp = *from_hex("3003020105");
  parts.signature_timestamp = timestamp;
  ASSERT_OK_AND_ASSIGN(const SignedData parsed, SignedData::parse(assemble_signed_data(parts)));
  ASSERT_EQ(parsed.signer_infos().size(), 1U);
  const SignerInfo& signer = parsed.signer_infos().front();
  EXPECT_EQ(parsed.content_type(), kIdData);
  EXPECT_FALSE(parsed.content().has_value());
  EXPECT_EQ(to_hex(signer.issuer), to_hex(identity.certificate.issuer().der()));
  EXPECT_EQ(to_hex(signer.serial_number), to_hex(identity.certificate.serial_number()));
  EXPECT_EQ(to_hex(signer.signed_attributes_content), to_hex(attributes.content()));
  EXPECT_EQ(to_hex(signer.signature), to_hex(signature));
  const auto token = signer.unsigned_attribute(kIdSignatureTimeStampToken);
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(to_hex(*token), to_hex(timestamp));
}

}  // namespace
}  // namespace rakkan::cms
