#include "rakkan/pki/ocsp_request.hpp"

#include <gmock/gmock.h>

#include "support/handmade_revocation.hpp"
#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using test::FailsWith;
using test::hex;
using test::IsOk;
using test::sequence;
using test::tagged;

class OcspRequests : public testing::Test {
 protected:
  Authority root_{"Root"};
  Authority other_{"Other"};
  Certificate issuer_ = root_.self_signed();
  Certificate leaf_ = root_.certify("Leaf");
};

TEST_F(OcspRequests, NameOneCertificateBySha1AndCarryNoNonce) {
  ASSERT_OK_AND_ASSIGN(const OcspRequest request, OcspRequest::create(leaf_, issuer_));
  ASSERT_EQ(request.certificate_ids().size(), 1U);
  const OcspCertificateId& id = request.certificate_ids()[0];
  EXPECT_EQ(id.hash, OcspNameHash::sha1);
  EXPECT_EQ(id.issuer_name_hash.size(), 20U);
  EXPECT_TRUE(id.names(leaf_, issuer_));
  EXPECT_FALSE(request.nonce());
  // RFC 5019 §2.1.1: nothing but the CertID.
  EXPECT_TRUE(equal(request.der(), sequence({sequence({sequence({sequence({id.encoding})})})})));
}

TEST_F(OcspRequests, CarryANonceWhereOneIsGiven) {
  ASSERT_OK_AND_ASSIGN(const OcspRequest request, OcspRequest::create(leaf_, issuer_, hex("0102030405")));
  EXPECT_EQ(to_hex(request.nonce().value()), "0102030405");
  EXPECT_THAT(OcspRequest::create(leaf_, issuer_, ByteView()), FailsWith(ErrorCode::invalid_argument));
  const Bytes long_nonce(33, 1);
  EXPECT_THAT(OcspRequest::create(leaf_, issuer_, long_nonce), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(OcspRequest::create(leaf_, issuer_, ByteView(long_nonce).first(32)), IsOk());
}

TEST_F(OcspRequests, EveryHashNamesTheSameCertificateAndNoOther) {
  const Certificate sibling = root_.certify("Leaf", [](CertificateTemplate& c) { c.serial_number = {0x5A, 0x02}; });
  const Certificate namesake = other_.certify("Leaf");
  for (const OcspNameHash hash :
       {OcspNameHash::sha1, OcspNameHash::sha256, OcspNameHash::sha384, OcspNameHash::sha512}) {
    ASSERT_OK_AND_ASSIGN(const OcspRequest request, OcspRequest::create(leaf_, issuer_, std::nullopt, hash));
    const OcspCertificateId& id = request.certificate_ids()[0];
    EXPECT_EQ(id.hash, hash);
    EXPECT_TRUE(id.names(leaf_, issuer_));
    EXPECT_FALSE(id.names(sibling, issuer_)) << "another serial number";
    EXPECT_FALSE(id.names(namesake, other_.self_signed())) << "another issuer";
  }
}

// The hash of the issuer's key is compared, not its name alone: two CAs may bear one name.
TEST_F(OcspRequests, AnIssuerOfTheSameNameIsAnother) {
  Authority namesake("Root");
  ASSERT_OK_AND_ASSIGN(const OcspRequest request, OcspRequest::create(leaf_, issuer_));
  EXPECT_FALSE(request.certificate_ids()[0].names(leaf_, namesake.self_signed()));
  test::HandmadeOcsp made;
  made.issuer_key_hash = tagged(0x04, {request.certificate_ids()[0].issuer_key_hash});
  const Bytes encoding = made.certificate_id();
  der::Reader reader(encoding);
  ASSERT_OK_AND_ASSIGN(const OcspCertificateId of_another_name, OcspCertificateId::parse(reader));
  EXPECT_FALSE(of_another_name.names(leaf_, issuer_));
}

// A responder may hash the name as it stands in the issuer's own certificate, in another string type.
TEST_F(OcspRequests, TheIssuersNameMayBeHashedInEitherEncoding) {
  const Bytes country = hex("310b3009060355040613024a50");
  const Bytes printable = hex("310d300b06035504031304526f6f74");  // CN, PrintableString "Root"
  const Name spelled = Name::parse(sequence({country, printable})).value();
  ASSERT_TRUE(spelled.matches(root_.name()));
  ASSERT_NE(spelled, root_.name());
  const Certificate issuer = root_.self_signed([&](CertificateTemplate& c) { c.subject = spelled; });
  ASSERT_OK_AND_ASSIGN(const OcspRequest by_certificate, OcspRequest::create(leaf_, issuer));
  EXPECT_TRUE(by_certificate.certificate_ids()[0].names(leaf_, issuer));
  const Certificate from_spelled = root_.certify("Leaf", [&](CertificateTemplate& c) { c.issuer = spelled; });
  ASSERT_OK_AND_ASSIGN(const OcspRequest by_issuer, OcspRequest::create(from_spelled, issuer));
  EXPECT_TRUE(by_issuer.certificate_ids()[0].names(leaf_, issuer));
}

TEST_F(OcspRequests, AnUnknownHashNamesNothing) {
  test::HandmadeOcsp made;
  made.hash_algorithm = hex("300a06082a864886f70d0205");  // MD5
  const Bytes encoding = made.certificate_id();
  der::Reader reader(encoding);
  ASSERT_OK_AND_ASSIGN(const OcspCertificateId id, OcspCertificateId::parse(reader));
  EXPECT_FALSE(id.hash);
  EXPECT_FALSE(id.names(leaf_, issuer_));
}

TEST_F(OcspRequests, ARequestOfManyIsRead) {
  const Bytes one = test::HandmadeOcsp().certificate_id();
  const Bytes request = sequence({sequence({sequence({sequence({one}), sequence({one})})})});
  ASSERT_OK_AND_ASSIGN(const OcspRequest parsed, OcspRequest::parse(request));
  EXPECT_EQ(parsed.certificate_ids().size(), 2U);
}

TEST_F(OcspRequests, MalformedOnesAreRefused) {
  const Bytes one = sequence({test::HandmadeOcsp().certificate_id()});
  const Bytes list = sequence({one});
  const Bytes critical = test::extension(der::Oid{1, 2, 3}, hex("0500"), true);
  const Bytes harmless = test::extension(der::Oid{1, 2, 3}, hex("0500"));
  EXPECT_THAT(OcspRequest::parse(sequence({sequence({list})})), IsOk());
  EXPECT_THAT(OcspRequest::parse(sequence({sequence({list, tagged(0xA2, {sequence({harmless})})})})), IsOk());
  const Bytes wrong[] = {
      {},
      sequence({}),
      sequence({sequence({})}),
      sequence({sequence({sequence({})})}),
      sequence({sequence({list, hex("0500")})}),
      sequence({sequence({list}), hex("0500")}),
      sequence({sequence({sequence({sequence({test::HandmadeOcsp().certificate_id(), hex("0500")})})})}),
      sequence({sequence({hex("a003020100"), list})}),  // DER leaves the default version out
      sequence({sequence({list, tagged(0xA2, {sequence({critical})})})}),
      sequence({sequence(
          {sequence({sequence({test::HandmadeOcsp().certificate_id(), tagged(0xA0, {sequence({critical})})})})})}),
  };
  for (const Bytes& request : wrong) {
    EXPECT_THAT(OcspRequest::parse(request), FailsWith(ErrorCode::malformed_ocsp_request)) << to_hex(request);
  }
  Bytes trailing = sequence({sequence({list})});
  trailing.push_back(0);
  EXPECT_THAT(OcspRequest::parse(trailing), FailsWith(ErrorCode::malformed_ocsp_request));
}

}  // namespace
}  // namespace rakkan::pki
