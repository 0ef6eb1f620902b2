#include "rakkan/cms/signed_data.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "test_signers.hpp"

namespace rakkan::cms {
namespace {

using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;

constexpr der::Oid kIdSha1{1, 3, 14, 3, 2, 26};
constexpr der::Oid kIdContentTimestamp{1, 2, 840, 113549, 1, 9, 16, 2, 20};

struct SignedDataParser : testing::Test {
  test::HandmadeCms cms{signer_of(KeyKind::ec_p256), suite("ecdsa-sha256"), bytes_of("x")};

  void expect_malformed() { EXPECT_THAT(SignedData::parse(cms.encode()), FailsWith(ErrorCode::malformed_cms)); }
  void add_attribute(Bytes attribute) {
    cms.attributes.push_back(std::move(attribute));
    std::sort(cms.attributes.begin(), cms.attributes.end());
  }
};

TEST_F(SignedDataParser, AcceptsTheHandmadeOne) { EXPECT_THAT(SignedData::parse(cms.encode()), IsOk()); }

TEST_F(SignedDataParser, RefusesEveryTruncation) {
  const Bytes whole = cms.encode();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(SignedData::parse(ByteView(whole).first(size)), FailsWith(ErrorCode::malformed_cms)) << size;
  }
}

TEST_F(SignedDataParser, RefusesBytesAfterTheContentInfo) {
  Bytes bytes = cms.encode();
  bytes.push_back(0x00);
  EXPECT_THAT(SignedData::parse(bytes), FailsWith(ErrorCode::malformed_cms));
}

TEST_F(SignedDataParser, AcceptsZeroPaddingWhenAskedToAndLeavesItOut) {
  const Bytes whole = cms.encode();
  Bytes padded = whole;
  padded.resize(whole.size() + 100);
  ASSERT_OK_AND_ASSIGN(const SignedData parsed, SignedData::parse(padded, true));
  EXPECT_EQ(to_hex(parsed.der()), to_hex(whole));
}

TEST_F(SignedDataParser, RefusesPaddingThatIsNotZero) {
  Bytes padded = cms.encode();
  padded.resize(padded.size() + 100);
  padded.back() = 0x01;
  EXPECT_THAT(SignedData::parse(padded, true), FailsWith(ErrorCode::malformed_cms));
}

TEST_F(SignedDataParser, RefusesAnotherContentInfoType) {
  cms.outer_type = kIdData;
  expect_malformed();
}

TEST_F(SignedDataParser, AcceptsTheVersionsOfRfc5652Only) {
  for (const std::uint64_t version : {1U, 3U, 4U, 5U}) {
    cms.version = version;
    EXPECT_THAT(SignedData::parse(cms.encode()), IsOk()) << version;
  }
  for (const std::uint64_t version : {0U, 2U, 6U, 255U}) {
    cms.version = version;
    expect_malformed();
  }
}

TEST_F(SignedDataParser, RefusesASignerVersionThatIsNotItsIdentifiers) {
  cms.signer_version = 3;
  expect_malformed();
}

TEST_F(SignedDataParser, ReadsAKeyIdentifierWithVersion3Only) {
  cms.signer_identifier = *from_hex("8003010203");
  cms.signer_version = 3;
  ASSERT_OK_AND_ASSIGN(const SignedData parsed, SignedData::parse(cms.encode()));
  EXPECT_EQ(to_hex(parsed.signer_infos().front().subject_key_identifier), "010203");
  EXPECT_TRUE(parsed.signer_infos().front().issuer.empty());
  cms.signer_version = 1;
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesAnEmptyKeyIdentifier) {
  cms.signer_identifier = *from_hex("8000");
  cms.signer_version = 3;
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesADigestAlgorithmThatIsNotOurs) {
  cms.digest_algorithm = test::encoded([](der::Writer& w) { w.sequence([&] { w.oid(kIdSha1); }); });
  EXPECT_THAT(SignedData::parse(cms.encode()), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST_F(SignedDataParser, AcceptsADigestAlgorithmWithNullParameters) {
  cms.digest_algorithm = *from_hex("300d06096086480165030402010500");
  EXPECT_THAT(SignedData::parse(cms.encode()), IsOk());
}

TEST_F(SignedDataParser, RefusesADigestAlgorithmWithOtherParameters) {
  cms.digest_algorithm = *from_hex("300e0609608648016503040201040100");
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesSignedAttributesOutOfOrder) {
  std::reverse(cms.attributes.begin(), cms.attributes.end());
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesASignedAttributeTwice) {
  add_attribute(cms.attributes.front());
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesASecondSignedAttributeOfTheTypeWithAnotherValue) {
  const Bytes other = test::encoded([](der::Writer& w) { w.octet_string(Bytes(32, 0x33)); });
  add_attribute(test::attribute(kIdMessageDigest, {other}));
  expect_malformed();
}

TEST_F(SignedDataParser, AcceptsSeveralContentTimestamps) {
  add_attribute(test::attribute(kIdContentTimestamp, {*from_hex("3003020105")}));
  add_attribute(test::attribute(kIdContentTimestamp, {*from_hex("3003020106")}));
  EXPECT_THAT(SignedData::parse(cms.encode()), IsOk());
}

TEST_F(SignedDataParser, RefusesAnAttributeWithoutValue) {
  add_attribute(test::attribute(kIdContentTimestamp, {}));
  expect_malformed();
}

TEST_F(SignedDataParser, AcceptsUnsignedAttributesOfOneTypeAndNamesNone) {
  const Bytes token = *from_hex("3003020105");
  cms.unsigned_attributes = {test::attribute(kIdSignatureTimeStampToken, {token}),
                             test::attribute(kIdSignatureTimeStampToken, {token})};
  ASSERT_OK_AND_ASSIGN(const SignedData parsed, SignedData::parse(cms.encode()));
  EXPECT_EQ(parsed.signer_infos().front().unsigned_attributes.size(), 2U);
  EXPECT_FALSE(parsed.signer_infos().front().unsigned_attribute(kIdSignatureTimeStampToken).has_value());
}

TEST_F(SignedDataParser, NamesNoAttributeWithTwoValues) {
  cms.replace_attribute(kIdContentType, test::attribute(kIdContentType, {*from_hex("0101ff"), *from_hex("0500")}));
  ASSERT_OK_AND_ASSIGN(const SignedData parsed, SignedData::parse(cms.encode()));
  EXPECT_FALSE(parsed.signer_infos().front().signed_attribute(kIdContentType).has_value());
}

TEST_F(SignedDataParser, RefusesTooManyAttributes) {
  cms.unsigned_attributes.assign(100, test::attribute(kIdSignatureTimeStampToken, {*from_hex("3003020105")}));
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesTooManyAttributeValues) {
  cms.unsigned_attributes = {test::attribute(kIdSignatureTimeStampToken, std::vector<Bytes>(100, *from_hex("0500")))};
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesTooManySigners) {
  cms.signer_count = 65;
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesTooManyCertificates) {
  cms.certificates.assign(257, *from_hex("3000"));
  expect_malformed();
}

TEST_F(SignedDataParser, PassesOverAttributeCertificatesAndOtherFormats) {
  cms.certificates.push_back(*from_hex("a203020101"));  // v2AttrCert
  cms.certificates.push_back(*from_hex("a303020101"));  // other
  ASSERT_OK_AND_ASSIGN(const SignedData parsed, SignedData::parse(cms.encode()));
  EXPECT_EQ(parsed.certificates().size(), 1U);
}

TEST_F(SignedDataParser, RefusesObsoleteCertificateChoices) {
  for (const std::string_view obsolete : {"a003020101", "a103020101", "0500"}) {
    cms.certificates = {*from_hex(obsolete)};
    expect_malformed();
  }
}

TEST_F(SignedDataParser, PassesOverRevocationInformation) {
  cms.revocation = *from_hex("a1073000a103020101");
  EXPECT_THAT(SignedData::parse(cms.encode()), IsOk());
  cms.revocation = *from_hex("a1020500");
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesContentThatIsNotAnOctetString) {
  cms.content = *from_hex("3000");
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesAConstructedOctetString) {
  cms.content = *from_hex("2403040101");
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesWhatFollowsTheUnsignedAttributes) {
  cms.after_signer = *from_hex("0500");
  expect_malformed();
}

TEST_F(SignedDataParser, RefusesAnIndefiniteLength) {
  EXPECT_THAT(SignedData::parse(*from_hex("308006092a864886f70d010702a0800000")), FailsWith(ErrorCode::malformed_cms));
}

TEST_F(SignedDataParser, ReadsNoSignerAtAll) {
  cms.signer_count = 0;
  ASSERT_OK_AND_ASSIGN(const SignedData parsed, SignedData::parse(cms.encode()));
  EXPECT_TRUE(parsed.signer_infos().empty());
}

TEST_F(SignedDataParser, OutlivesItsInputAndCopiesShareIt) {
  auto bytes = std::make_unique<Bytes>(cms.encode());
  ASSERT_OK_AND_ASSIGN(const SignedData parsed, SignedData::parse(*bytes));
  const std::string before = to_hex(parsed.signer_infos().front().issuer);
  bytes.reset();
  const SignedData copy = parsed;
  EXPECT_EQ(to_hex(copy.signer_infos().front().issuer), before);
  EXPECT_EQ(copy.der().data(), parsed.der().data());
}

}  // namespace
}  // namespace rakkan::cms
