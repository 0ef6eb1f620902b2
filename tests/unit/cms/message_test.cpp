#include "rakkan/cms/message.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "support/ber.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "test_signers.hpp"

namespace rakkan::cms {
namespace {

using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;

constexpr std::string_view kContent = "甲は乙に対し";

struct MessageTest : testing::Test {
  const test::Identity& identity = signer_of(KeyKind::ec_p256);
  test::HandmadeCms cms{identity, suite("ecdsa-sha256"), bytes_of(kContent)};

  Message read() { return test::value_or_throw(Message::read(cms.encode())); }
  // `encode`d with every certificate and attribute as a writer streams them that knows no lengths.
  Bytes indefinite() { return test::in_ber(cms.encode()); }
};

// Lengths of four octets everywhere, as some writers reserve them; primitive elements stay.
struct LongLengths {
  static Bytes of(ByteView der) {
    Bytes out;
    der::Reader reader(der);
    while (!reader.at_end()) {
      const der::Element element = *reader.any();
      if ((static_cast<Byte>(element.tag) & 0x20U) == 0) {
        append(out, element.encoding);
        continue;
      }
      const Bytes inside = of(element.content);
      append(out, Bytes{static_cast<Byte>(element.tag), 0x84, 0, 0, static_cast<Byte>(inside.size() >> 8U),
                        static_cast<Byte>(inside.size() & 0xFFU)});
      append(out, inside);
    }
    return out;
  }
};

TEST_F(MessageTest, ReadsDerAsItStands) {
  const Bytes der = cms.encode();
  ASSERT_OK_AND_ASSIGN(const Message message, Message::read(der));
  EXPECT_EQ(message.encoding(), (EncodingFacts{true, 0, true}));
  EXPECT_EQ(copy_of(message.original()), der);
  EXPECT_EQ(copy_of(message.der()), der);
  EXPECT_EQ(message.version(), 1U);
  EXPECT_EQ(message.content_type(), kIdData);
  EXPECT_EQ(to_hex(message.content_type_encoding()), "06092a864886f70d010701");
  EXPECT_FALSE(message.content().has_value());
  EXPECT_THAT(message.digest_algorithms(), testing::ElementsAre(crypto::info(crypto::HashAlgorithm::sha256).oid));
  ASSERT_EQ(message.certificates().size(), 1U);
  EXPECT_TRUE(equal(message.certificates().front(), identity.certificate.der()));
  ASSERT_EQ(message.signers().size(), 1U);
  const MessageSigner& signer = message.signers().front();
  EXPECT_EQ(signer.hash_algorithm, crypto::HashAlgorithm::sha256);
  EXPECT_EQ(signer.signed_attributes.size(), 4U);
  EXPECT_TRUE(signer.signed_attribute_facts.present);
  EXPECT_TRUE(signer.signed_attribute_facts.is_der);
  EXPECT_EQ(signer.signed_attributes_as_der.data(), signer.signed_attributes_as_encoded.data());
}

// The strict reader and the lenient one see the same in a message that both read.
TEST_F(MessageTest, SeesWhatSignedDataSees) {
  cms.unsigned_attributes = {test::attribute(kIdSignatureTimeStampToken, {*from_hex("3003020101")})};
  cms.certificates.push_back(copy_of(authority().certificate().der()));
  const Bytes der = cms.encode();
  ASSERT_OK_AND_ASSIGN(const SignedData strict, SignedData::parse(der));
  ASSERT_OK_AND_ASSIGN(const Message lenient, Message::read(der));
  EXPECT_EQ(lenient.certificates().size(), strict.certificates().size());
  const SignerInfo& one = strict.signer_infos().front();
  const MessageSigner& other = lenient.signers().front();
  EXPECT_TRUE(equal(one.issuer, other.issuer));
  EXPECT_TRUE(equal(one.serial_number, other.serial_number));
  EXPECT_TRUE(equal(one.signature, other.signature));
  EXPECT_TRUE(equal(one.signed_attributes_content, other.signed_attributes_as_der));
  EXPECT_TRUE(equal(*one.unsigned_attribute(kIdSignatureTimeStampToken),
                    other.unsigned_values(kIdSignatureTimeStampToken).front()));
}

TEST_F(MessageTest, ReadsBerWithEveryHashedPartAsItCame) {
  cms.content = test::encoded([&](der::Writer& w) { w.octet_string(bytes_of(kContent)); });
  const Bytes der = cms.encode();
  ASSERT_OK_AND_ASSIGN(const Message message, Message::read(test::as_streamed(der)));
  EXPECT_FALSE(message.encoding().is_der);
  EXPECT_EQ(copy_of(message.der()), der);
  EXPECT_EQ(text_of(*message.content()), kContent);
  EXPECT_TRUE(equal(message.certificates().front(), identity.certificate.der()));
  EXPECT_TRUE(message.signers().front().signed_attribute_facts.is_der);
}

TEST_F(MessageTest, ReadsLengthsThatAreNotMinimal) {
  const Bytes der = cms.encode();
  const Bytes ber = LongLengths::of(der);
  ASSERT_OK_AND_ASSIGN(const Message message, Message::read(ber));
  EXPECT_FALSE(message.encoding().is_der);
  EXPECT_EQ(copy_of(message.der()), der);
  EXPECT_EQ(copy_of(message.original()), ber);
  // The certificate is the one that came, although its lengths make it unreadable.
  EXPECT_EQ(copy_of(message.certificates().front()), LongLengths::of(identity.certificate.der()));
  EXPECT_TRUE(readable_certificates(message).empty());
  const MessageSigner& signer = message.signers().front();
  EXPECT_FALSE(signer.signed_attribute_facts.is_der);
  EXPECT_TRUE(signer.signed_attribute_facts.sorted);
  EXPECT_FALSE(equal(signer.signed_attributes_as_encoded, signer.signed_attributes_as_der));
  EXPECT_EQ(copy_of(signer.signed_attributes_as_der),
            copy_of(test::value_or_throw(SignedData::parse(der)).signer_infos().front().signed_attributes_content));
}

TEST_F(MessageTest, IndefiniteLengthsEverywhereKeepTheirParts) {
  cms.unsigned_attributes = {test::attribute(kIdSignatureTimeStampToken, {*from_hex("3003020101")})};
  const Bytes ber = indefinite();
  ASSERT_OK_AND_ASSIGN(const Message message, Message::read(ber));
  EXPECT_EQ(copy_of(message.der()), cms.encode());
  EXPECT_EQ(copy_of(message.certificates().front()), test::in_ber(identity.certificate.der()));
  const MessageSigner& signer = message.signers().front();
  ASSERT_EQ(signer.unsigned_values_as_encoded.size(), 1U);
  EXPECT_EQ(to_hex(signer.unsigned_values_as_encoded.front().front()), "30800201010000");
  EXPECT_EQ(to_hex(signer.unsigned_values(kIdSignatureTimeStampToken).front()), "3003020101");
}

TEST_F(MessageTest, WhatFollowsIsAFact) {
  Bytes der = cms.encode();
  append(der, Bytes(7));
  EXPECT_EQ(Message::read(der)->encoding(), (EncodingFacts{true, 7, true}));
  der.push_back(0x20);
  EXPECT_EQ(Message::read(der)->encoding(), (EncodingFacts{true, 8, false}));
  Bytes ber = indefinite();
  append(ber, Bytes(3));
  EXPECT_EQ(Message::read(ber)->encoding(), (EncodingFacts{false, 3, true}));
}

TEST_F(MessageTest, UnsortedAttributesAreReadAndSortedForDer) {
  std::reverse(cms.attributes.begin(), cms.attributes.end());
  EXPECT_THAT(SignedData::parse(cms.encode()), FailsWith(ErrorCode::malformed_cms)) << "not what Rakkan signs with";
  const Message message = read();
  const MessageSigner& signer = message.signers().front();
  EXPECT_TRUE(message.encoding().is_der);
  EXPECT_FALSE(signer.signed_attribute_facts.sorted);
  EXPECT_FALSE(signer.signed_attribute_facts.is_der);
  std::sort(cms.attributes.begin(), cms.attributes.end());
  EXPECT_EQ(copy_of(signer.signed_attributes_as_der), copy_of(ByteView(cms.attribute_set()).subspan(3)));
}

TEST_F(MessageTest, UnsortedValuesOfAnAttributeAreNoticed) {
  cms.replace_attribute(kIdContentType,
                        test::attribute(kIdContentType, {*from_hex("0603550409"), *from_hex("0603550404")}));
  const Message message = read();
  const SignedAttributeFacts& facts = message.signers().front().signed_attribute_facts;
  EXPECT_FALSE(facts.sorted);
  EXPECT_NE(to_hex(message.signers().front().signed_attributes_as_der).find("310a06035504040603550409"),
            std::string::npos);
}

// Nobody reads the inside of an attribute that is not known; it was signed all the same.
TEST_F(MessageTest, ValuesThatAreNoBerInsideStayAsTheyAre) {
  const Bytes broken = *from_hex("3003020901");
  cms.attributes.push_back(test::attribute({1, 2, 3}, {broken}));
  std::sort(cms.attributes.begin(), cms.attributes.end());
  const Message message = read();
  EXPECT_FALSE(message.signers().front().signed_attribute_facts.is_der);
  EXPECT_EQ(copy_of(message.signers().front().signed_attributes_as_der),
            copy_of(message.signers().front().signed_attributes_as_encoded));
}

TEST_F(MessageTest, RepeatedAttributesAreNamedOnce) {
  const Bytes digest = test::attribute(kIdMessageDigest, {*from_hex("04020102")});
  const Bytes stamp = test::attribute(kIdContentTimeStamp, {*from_hex("0500")});
  for (const Bytes& one : {digest, digest, stamp, stamp}) {
    cms.attributes.push_back(one);
  }
  std::sort(cms.attributes.begin(), cms.attributes.end());
  const Message message = read();
  const MessageSigner& signer = message.signers().front();
  EXPECT_THAT(signer.signed_attribute_facts.repeated, testing::ElementsAre(kIdMessageDigest));
  EXPECT_TRUE(signer.signed_attribute_facts.is_der);
  EXPECT_EQ(signer.count_signed(kIdMessageDigest), 3U);
  EXPECT_EQ(signer.signed_values(kIdMessageDigest).size(), 3U);
}

TEST_F(MessageTest, SignedAttributesMayBeMissing) {
  cms.attributes.clear();
  const Message message = read();
  EXPECT_FALSE(message.signers().front().signed_attribute_facts.present);
  EXPECT_TRUE(message.signers().front().signed_attributes_as_der.empty());
}

TEST_F(MessageTest, AnyNumberOfSignersIsRead) {
  cms.signer_count = 3;
  EXPECT_EQ(read().signers().size(), 3U);
  cms.signer_count = 0;
  EXPECT_EQ(read().signers().size(), 0U);
  cms.signer_count = 65;
  EXPECT_THAT(Message::read(cms.encode()), FailsWith(ErrorCode::malformed_cms));
}

TEST_F(MessageTest, VersionsAreFacts) {
  cms.version = 2;
  cms.signer_version = 7;
  EXPECT_THAT(SignedData::parse(cms.encode()), FailsWith(ErrorCode::malformed_cms));
  const Message message = read();
  EXPECT_EQ(message.version(), 2U);
  EXPECT_EQ(message.signers().front().version, 7U);
}

TEST_F(MessageTest, DigestAlgorithmsAreReadByTheirIdentifier) {
  for (const crypto::HashAlgorithmInfo& hash : crypto::hash_algorithms()) {
    cms.digest_algorithm = test::encoded([&](der::Writer& w) { w.sequence([&] { w.oid(hash.oid); }); });
    EXPECT_EQ(read().signers().front().hash_algorithm, hash.algorithm) << hash.name;
  }
  constexpr der::Oid kUnknown{1, 3, 36, 3, 2, 1};  // RIPEMD-160
  cms.digest_algorithm = test::encoded([&](der::Writer& w) { w.sequence([&] { w.oid(kUnknown); }); });
  const Message message = read();
  EXPECT_EQ(message.signers().front().hash_algorithm, std::nullopt);
  EXPECT_EQ(message.signers().front().digest_identifier, kUnknown);
  cms.digest_algorithm = *from_hex("3000");
  EXPECT_TRUE(read().signers().front().digest_identifier.empty());
}

TEST_F(MessageTest, ContentOfAnotherTypeIsItsContent) {
  cms.content = *from_hex("300804068123456789ab");  // PKCS #7 1.5, as Authenticode has it
  const Message message = read();
  EXPECT_FALSE(message.content_is_octet_string());
  EXPECT_EQ(to_hex(*message.content()), "04068123456789ab");
}

TEST_F(MessageTest, OtherKindsOfCertificatesAreChoicesAndNoCertificates) {
  for (const char* kind : {"a003020101", "a103020101", "a203020101", "a303020101", "0500"}) {
    cms.certificates.push_back(*from_hex(kind));
  }
  const Message message = read();
  EXPECT_EQ(message.certificates().size(), 1U);
  EXPECT_EQ(message.certificate_choices().size(), 6U);
  EXPECT_EQ(readable_certificates(message).size(), 1U);
}

TEST_F(MessageTest, TheHintOfDigestAlgorithmsMayBeAnything) {
  Bytes der = cms.encode();
  // SET { SEQUENCE { sha256 } } with a SEQUENCE that reaches beyond the SET.
  const std::string hex = to_hex(der);
  const std::size_t at = hex.find("310d300b0609");
  ASSERT_NE(at, std::string::npos);
  der.at(at / 2 + 3) = 0x7F;
  ASSERT_OK_AND_ASSIGN(const Message message, Message::read(der));
  EXPECT_TRUE(message.digest_algorithms().empty());
  EXPECT_THAT(SignedData::parse(der), IsOk());
}

TEST_F(MessageTest, FieldsToSignatureArePartOfTheSignerInfo) {
  cms.unsigned_attributes = {test::attribute(kIdSignatureTimeStampToken, {*from_hex("0500")})};
  const Message message = read();
  const std::string fields = to_hex(message.signers().front().fields_to_signature);
  EXPECT_TRUE(fields.starts_with("020101" + to_hex(cms.signer_identifier)));
  EXPECT_TRUE(fields.ends_with("040101"));  // the signature of the handmade message
}

TEST_F(MessageTest, ThousandsOfCertificatesAreReadAndMoreRefused) {
  cms.certificates.assign(16384, *from_hex("3000"));
  EXPECT_EQ(read().certificates().size(), 16384U);
  cms.certificates.push_back(*from_hex("3000"));
  EXPECT_THAT(Message::read(cms.encode()), FailsWith(ErrorCode::malformed_cms));
}

TEST_F(MessageTest, WhatIsNoMessageIsRefused) {
  EXPECT_THAT(Message::read({}), FailsWith(ErrorCode::malformed_cms));
  EXPECT_THAT(Message::read(*from_hex("0500")), FailsWith(ErrorCode::malformed_cms));
  EXPECT_THAT(Message::read(*from_hex("3080")), FailsWith(ErrorCode::malformed_cms));
  cms.outer_type = kIdData;
  EXPECT_THAT(Message::read(cms.encode()), FailsWith(ErrorCode::malformed_cms));
}

TEST_F(MessageTest, EveryTruncationIsRefused) {
  for (const Bytes& whole : {cms.encode(), indefinite()}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      ASSERT_THAT(Message::read(ByteView(whole).first(size)), FailsWith(ErrorCode::malformed_cms)) << size;
    }
  }
}

TEST(SignedContentTest, HashesItsPartsOneBehindTheOther) {
  const std::array<ByteView, 2> parts{bytes_of("ab"), bytes_of("c")};
  EXPECT_EQ(SignedContent::of(parts).hash(crypto::HashAlgorithm::sha256)->view().size(), 32U);
  EXPECT_EQ(*SignedContent::of(parts).hash(crypto::HashAlgorithm::sha3_256),
            *crypto::hash(crypto::HashAlgorithm::sha3_256, bytes_of("abc")));
  EXPECT_TRUE(SignedContent::of(ByteView{}).is_known()) << "empty content is content";
}

TEST(SignedContentTest, KnowsOnlyTheHashesThatItWasGiven) {
  EXPECT_FALSE(SignedContent().is_known());
  const crypto::HashValue sha1 = *crypto::hash(crypto::HashAlgorithm::sha1, bytes_of("abc"));
  const SignedContent content = SignedContent::of_hashes({sha1});
  EXPECT_TRUE(content.is_known());
  EXPECT_FALSE(content.has_bytes());
  EXPECT_EQ(*content.hash(crypto::HashAlgorithm::sha1), sha1);
  EXPECT_THAT(content.hash(crypto::HashAlgorithm::sha256), FailsWith(ErrorCode::unsupported_algorithm));
  SignedContent with_bytes = SignedContent::of(bytes_of("other"));
  with_bytes.remember(sha1);
  EXPECT_EQ(*with_bytes.hash(crypto::HashAlgorithm::sha1), sha1) << "a hash that is known is not computed";
}

}  // namespace
}  // namespace rakkan::cms
