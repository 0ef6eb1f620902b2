// Revocation data and certificates inside a CMS: found in every place where programs put them, and no obstacle when
// they are broken.
#include "rakkan/cms/embedded_evidence.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "rakkan/base/hex.hpp"
#include "support/handmade_cms.hpp"
#include "support/handmade_revocation.hpp"
#include "support/result_matchers.hpp"
#include "test_signers.hpp"

namespace rakkan::cms {
namespace {

using pki::EvidenceMaterial;
using test::IsOk;
using test::sequence;
using test::tagged;
using ::testing::AllOf;
using ::testing::HasSubstr;

const pki::Provenance kFrom{pki::EvidenceOrigin::document, Instant{std::chrono::milliseconds{1'000}}};

struct EmbeddedEvidence : testing::Test {
  // The structure of RevocationInfoArchival, and of RevocationValues.
  static Bytes archive(const std::vector<Bytes>& lists, const std::vector<Bytes>& responses, ByteView others = {}) {
    const auto part = [](unsigned tag, const std::vector<Bytes>& objects) {
      Bytes content;
      for (const Bytes& each : objects) {
        append(content, each);
      }
      return objects.empty() ? Bytes() : tagged(tag, {sequence({content})});
    };
    return sequence({part(0xA0, lists), part(0xA1, responses), others});
  }
  void add_signed(const der::Oid& type, Bytes value) {
    cms.attributes.push_back(test::attribute(type, {std::move(value)}));
    std::sort(cms.attributes.begin(), cms.attributes.end());
    cms.sign();
  }
  void add_unsigned(const der::Oid& type, Bytes value) {
    cms.unsigned_attributes.push_back(test::attribute(type, {std::move(value)}));
  }
  void add_choices(const std::vector<Bytes>& choices) {
    Bytes content;
    for (const Bytes& each : choices) {
      append(content, each);
    }
    cms.revocation = tagged(0xA1, {content});
  }
  static Bytes other_choice(const der::Oid& format, ByteView info) {
    return tagged(0xA1, {tagged(0x06, {format.content()}), info});
  }

  [[nodiscard]] SignedData parsed() const { return test::value_or_throw(SignedData::parse(cms.encode())); }
  [[nodiscard]] EvidenceMaterial in_signed() const {
    const Message message = test::value_or_throw(Message::read(cms.encode()));
    EvidenceMaterial material = signed_evidence(parsed(), kFrom, "signature S");
    expect_the_same(material, signed_evidence(message, kFrom, "signature S"));
    return material;
  }
  [[nodiscard]] EvidenceMaterial in_unsigned() const {
    const Message message = test::value_or_throw(Message::read(cms.encode()));
    EvidenceMaterial material = unsigned_evidence(parsed(), kFrom, "signature S");
    expect_the_same(material, unsigned_evidence(message, kFrom, "signature S"));
    return material;
  }
  // A message that was read for validation has the same evidence.
  static void expect_the_same(const EvidenceMaterial& a, const EvidenceMaterial& b) {
    EXPECT_TRUE(holds(b, a.certificates().size(), a.lists().size(), a.responses().size(), a.unreadable().size()));
  }

  static ::testing::AssertionResult holds(const EvidenceMaterial& material, std::size_t certificates, std::size_t lists,
                                          std::size_t responses, std::size_t unreadable = 0) {
    for (const pki::UnreadableEvidence& each : material.unreadable()) {
      EXPECT_THAT(each.where, HasSubstr("signature S")) << to_string(each.why);
    }
    const bool right = material.certificates().size() == certificates && material.lists().size() == lists &&
                       material.responses().size() == responses && material.unreadable().size() == unreadable;
    return (right ? ::testing::AssertionSuccess() : ::testing::AssertionFailure())
           << material.certificates().size() << " certificates, " << material.lists().size() << " CRLs, "
           << material.responses().size() << " OCSP responses, " << material.unreadable().size() << " unreadable";
  }
  // The signature is as good as without the data.
  void expect_still_verifies() const {
    const SignedData data = parsed();
    const auto& signer = data.signer_infos().front();
    EXPECT_THAT(verify_signer_info(data, signer, crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("x")),
                                   cms.signer.certificate),
                IsOk());
  }

  test::HandmadeCms cms{signer_of(crypto::KeyKind::ec_p256), suite("ecdsa-sha256"), bytes_of("x")};
  const Bytes list = test::HandmadeCrl().encode();
  const Bytes response = test::HandmadeOcsp().encode();
  const Bytes no_object = test::hex("3003020101");
};

TEST_F(EmbeddedEvidence, OfAPlainSignatureThereIsNone) {
  cms.sign();
  ASSERT_TRUE(holds(in_signed(), 0, 0, 0));
  ASSERT_TRUE(holds(in_unsigned(), 0, 0, 0));
}

TEST_F(EmbeddedEvidence, TheArchiveOfAdobeIsRead) {
  add_signed(kAdbeRevocationInfoArchival, archive({list}, {response}));
  const EvidenceMaterial material = in_signed();
  ASSERT_TRUE(holds(material, 0, 1, 1));
  EXPECT_EQ(to_hex(material.lists()[0].list.der()), to_hex(list));
  EXPECT_EQ(to_hex(material.responses()[0].response.der()), to_hex(response));
  EXPECT_EQ(material.lists()[0].from, kFrom);
  EXPECT_EQ(material.responses()[0].from, kFrom);
  ASSERT_TRUE(holds(in_unsigned(), 0, 0, 0));
  expect_still_verifies();
}

TEST_F(EmbeddedEvidence, EachPartOfTheArchiveMayBeMissing) {
  add_signed(kAdbeRevocationInfoArchival, archive({}, {response}));
  ASSERT_TRUE(holds(in_signed(), 0, 0, 1));
  cms.replace_attribute(kAdbeRevocationInfoArchival,
                        test::attribute(kAdbeRevocationInfoArchival, {archive({list}, {})}));
  ASSERT_TRUE(holds(in_signed(), 0, 1, 0));
  cms.replace_attribute(kAdbeRevocationInfoArchival, test::attribute(kAdbeRevocationInfoArchival, {archive({}, {})}));
  ASSERT_TRUE(holds(in_signed(), 0, 0, 0));
}

TEST_F(EmbeddedEvidence, InAnUnsignedAttributeItIsNoSignedEvidence) {
  add_unsigned(kAdbeRevocationInfoArchival, archive({list}, {response}));
  cms.sign();
  ASSERT_TRUE(holds(in_signed(), 0, 0, 0));
  ASSERT_TRUE(holds(in_unsigned(), 0, 1, 1));
}

TEST_F(EmbeddedEvidence, RevocationInformationOfTheMessageIsRead) {
  add_choices({list, other_choice(kIdRiOcspResponse, response)});
  cms.sign();
  ASSERT_TRUE(holds(in_signed(), 0, 0, 0));
  ASSERT_TRUE(holds(in_unsigned(), 0, 1, 1));
  ASSERT_TRUE(holds(embedded_evidence(parsed(), kFrom, "signature S"), 0, 1, 1));
}

// Written with indefinite lengths around them, the objects themselves in DER.
TEST_F(EmbeddedEvidence, OfAMessageInBer) {
  add_choices({list, other_choice(kIdRiOcspResponse, response)});
  cms.sign();
  const std::string whole = to_hex(cms.encode());
  const std::string choices = to_hex(cms.revocation);
  const Bytes other = other_choice(kIdRiOcspResponse, response);
  der::Reader reader(other);
  const std::string inside = to_hex(test::value_or_throw(reader.any()).content);
  const std::string in_ber = "a180" + to_hex(list) + "a180" + inside + "0000" + "0000";
  // All lengths around it change, so that the whole envelope is of indefinite length.
  const std::size_t signed_data = whole.find("a082") + 8;
  ASSERT_EQ(whole.substr(signed_data, 4), "3082");
  std::string ber =
      "3080" + whole.substr(8, signed_data - 8 - 8) + "a080" + "3080" + whole.substr(signed_data + 8) + "000000000000";
  ber.replace(ber.find(choices), choices.size(), in_ber);
  const Message message = test::value_or_throw(Message::read(*from_hex(ber)));
  EXPECT_FALSE(message.encoding().is_der);
  EXPECT_TRUE(holds(unsigned_evidence(message, kFrom, "signature S"), 0, 1, 1));
}

TEST_F(EmbeddedEvidence, ValuesOfCadesAreRead) {
  const Bytes bare = test::HandmadeOcsp().basic();
  const Bytes certificate = copy_of(authority().certificate().der());
  add_unsigned(kIdAaEtsRevocationValues, archive({list}, {bare}));
  add_unsigned(kIdAaEtsCertValues, sequence({certificate}));
  cms.sign();
  const EvidenceMaterial material = in_unsigned();
  ASSERT_TRUE(holds(material, 1, 1, 1));
  EXPECT_EQ(to_hex(material.responses()[0].response.response_der()), to_hex(response)) << "in its envelope for a DSS";
}

TEST_F(EmbeddedEvidence, AnObjectThatCannotBeReadIsToldAndTheOthersTaken) {
  add_signed(kAdbeRevocationInfoArchival, archive({list, no_object}, {no_object, response}));
  const EvidenceMaterial material = in_signed();
  ASSERT_TRUE(holds(material, 0, 1, 1, 2));
  EXPECT_THAT(material.unreadable()[0].where, AllOf(HasSubstr("adbe-revocationInfoArchival"), HasSubstr("CRL 2")));
  EXPECT_EQ(material.unreadable()[0].why.code, ErrorCode::malformed_crl);
  EXPECT_THAT(material.unreadable()[1].where, HasSubstr("OCSP response 1"));
  EXPECT_EQ(material.unreadable()[1].why.code, ErrorCode::malformed_ocsp_response);
  expect_still_verifies();
}

TEST_F(EmbeddedEvidence, AnErrorMessageOfAResponderIsTold) {
  add_signed(kAdbeRevocationInfoArchival, archive({}, {test::hex("30030a0103")}));
  const EvidenceMaterial material = in_signed();
  ASSERT_TRUE(holds(material, 0, 0, 0, 1));
  EXPECT_EQ(material.unreadable()[0].why.code, ErrorCode::ocsp_unsuccessful);
}

TEST_F(EmbeddedEvidence, AMalformedArchiveIsToldAndNothingOfTheSignatureIsRefused) {
  const std::vector<Bytes> malformed = {
      test::hex("0500"),                                                       // no SEQUENCE
      sequence({tagged(0xA0, {test::hex("0500")})}),                           // no SEQUENCE OF
      sequence({tagged(0xA0, {sequence({}), sequence({})})}),                  // two of them
      sequence({tagged(0xA1, {sequence({})}), tagged(0xA0, {sequence({})})}),  // in the wrong order
      sequence({tagged(0xA3, {sequence({})})}),                                // an unknown part
      sequence({tagged(0x80, {sequence({})})}),                                // primitive
      sequence({tagged(0xA0, {sequence({test::hex("3005")})})}),               // an object that ends behind its end
  };
  for (const Bytes& value : malformed) {
    cms.attributes = test::split(SignedAttributes::make(kIdData, crypto::digest(cms.suite.digest, bytes_of("x")),
                                                        cms.signer.certificate, cms.suite)
                                     .content());
    add_signed(kAdbeRevocationInfoArchival, value);
    const EvidenceMaterial material = in_signed();
    ASSERT_TRUE(holds(material, 0, 0, 0, 1));
    EXPECT_EQ(material.unreadable()[0].why.code, ErrorCode::malformed_cms) << to_hex(value);
    EXPECT_THAT(material.unreadable()[0].where, HasSubstr("adbe-revocationInfoArchival"));
    expect_still_verifies();
  }
}

TEST_F(EmbeddedEvidence, OtherFormatsAreToldBesideWhatIsTaken) {
  add_signed(kAdbeRevocationInfoArchival, archive({list}, {}, tagged(0xA2, {sequence({})})));
  const EvidenceMaterial in_archive = in_signed();
  ASSERT_TRUE(holds(in_archive, 0, 1, 0, 1));
  EXPECT_EQ(in_archive.unreadable()[0].why.code, ErrorCode::revocation_unsupported);

  constexpr der::Oid kScvp{1, 3, 6, 1, 5, 5, 7, 16, 4};
  add_choices({list, other_choice(kScvp, sequence({})), tagged(0xA1, {sequence({})})});
  const EvidenceMaterial in_message = in_unsigned();
  ASSERT_TRUE(holds(in_message, 0, 1, 0, 2));
  EXPECT_EQ(in_message.unreadable()[0].why.code, ErrorCode::revocation_unsupported);
  EXPECT_THAT(in_message.unreadable()[0].why.detail, HasSubstr("1.3.6.1.5.5.7.16.4"));
  EXPECT_EQ(in_message.unreadable()[1].why.code, ErrorCode::malformed_cms);
  EXPECT_THAT(in_message.unreadable()[1].where, HasSubstr("SignedData.crls"));
}

TEST_F(EmbeddedEvidence, ObjectsAreCountedAndSoAreThoseThatAreNone) {
  std::vector<Bytes> many;
  for (std::size_t i = 0; i < kMostEmbedded; ++i) {
    test::HandmadeOcsp one;
    one.serial_number = tagged(0x02, {Bytes{0x40, static_cast<Byte>(i >> 8U), static_cast<Byte>(i)}});
    many.push_back(one.encode());
  }
  add_unsigned(kAdbeRevocationInfoArchival, archive({}, many));
  cms.sign();
  ASSERT_TRUE(holds(in_unsigned(), 0, 0, kMostEmbedded));
  cms.unsigned_attributes = {test::attribute(kAdbeRevocationInfoArchival, {archive({list}, many)})};
  const EvidenceMaterial too_many = in_unsigned();
  ASSERT_TRUE(holds(too_many, 0, 1, kMostEmbedded - 1, 1));
  EXPECT_THAT(too_many.unreadable()[0].why.detail, HasSubstr("more than 1024"));
  cms.unsigned_attributes = {
      test::attribute(kAdbeRevocationInfoArchival, {archive({}, std::vector<Bytes>(2 * kMostEmbedded, no_object))})};
  ASSERT_TRUE(holds(in_unsigned(), 0, 0, 0, EvidenceMaterial::kMostUnreadable));
}

TEST_F(EmbeddedEvidence, TheMessageBoundsItsRevocationInformation) {
  cms.sign();
  add_choices(std::vector<Bytes>(1024, no_object));
  EXPECT_THAT(SignedData::parse(cms.encode()), IsOk());
  add_choices(std::vector<Bytes>(1025, no_object));
  EXPECT_THAT(SignedData::parse(cms.encode()), test::FailsWith(ErrorCode::malformed_cms));
}

}  // namespace
}  // namespace rakkan::cms
