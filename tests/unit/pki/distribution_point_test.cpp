#include "rakkan/pki/distribution_point.hpp"

#include <gmock/gmock.h>

#include "support/handmade_revocation.hpp"
#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using test::extension;
using test::FailsWith;
using test::hex;
using test::IsOk;
using test::sequence;
using test::tagged;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr der::Oid kCrlDistributionPoints{2, 5, 29, 31};
constexpr der::Oid kFreshestCrl{2, 5, 29, 46};
constexpr der::Oid kAuthorityInfoAccess{1, 3, 6, 1, 5, 5, 7, 1, 1};

Bytes uri(std::string_view text) { return tagged(0x86, {bytes_of(text)}); }

class CertificateLocations : public testing::Test {
 protected:
  Certificate with(const der::Oid& id, ByteView value) {
    return root_.certify("Leaf", [&](CertificateTemplate& c) { c.other_extensions = {{id, false, copy_of(value)}}; });
  }

  Authority root_{"Root"};
};

TEST_F(CertificateLocations, AreEmptyWithoutTheExtensions) {
  const Certificate plain = root_.certify("Leaf");
  EXPECT_THAT(crl_distribution_points(plain).value(), IsEmpty());
  EXPECT_THAT(freshest_crl(plain).value(), IsEmpty());
  EXPECT_THAT(authority_information_access(plain)->ocsp, IsEmpty());
  EXPECT_THAT(authority_information_access(plain)->ca_issuers, IsEmpty());
}

TEST_F(CertificateLocations, OfTheBuilderAreRead) {
  const Certificate leaf = root_.certify("Leaf", [](CertificateTemplate& c) {
    c.crl_url = "http://crl.example/rakkan.crl";
    c.ocsp_url = "http://ocsp.example/";
    c.ca_issuers_url = "http://ca.example/ca.cer";
  });
  ASSERT_OK_AND_ASSIGN(const auto points, crl_distribution_points(leaf));
  ASSERT_EQ(points.size(), 1U);
  EXPECT_THAT(points[0].name->urls(), ElementsAre("http://crl.example/rakkan.crl"));
  EXPECT_FALSE(points[0].reasons);
  EXPECT_THAT(points[0].crl_issuer, IsEmpty());
  EXPECT_THAT(authority_information_access(leaf)->ocsp, ElementsAre("http://ocsp.example/"));
  EXPECT_THAT(authority_information_access(leaf)->ca_issuers, ElementsAre("http://ca.example/ca.cer"));
}

TEST_F(CertificateLocations, DistributionPointsAreReadWhole) {
  const Bytes directory = tagged(0xA4, {name_of("CRL Issuer").der()});
  const Bytes names =
      tagged(0xA0, {tagged(0xA0, {uri("ldap://x/"), uri("http://crl.example/1"), uri("no url"), directory})});
  const Bytes reasons = hex("81020560");  // keyCompromise, cACompromise
  const Bytes issuer = tagged(0xA2, {directory});
  const Bytes relative = tagged(0xA0, {tagged(0xA1, {hex("300a06035504030c03415243")})});
  const Certificate leaf =
      with(kCrlDistributionPoints, sequence({sequence({names, reasons, issuer}), sequence({relative})}));
  ASSERT_OK_AND_ASSIGN(const auto points, crl_distribution_points(leaf));
  ASSERT_EQ(points.size(), 2U);
  EXPECT_THAT(points[0].name->urls(), ElementsAre("ldap://x/", "http://crl.example/1"));
  EXPECT_EQ(points[0].name->full_name.size(), 4U);
  EXPECT_EQ(points[0].reasons->bits, 0b110);
  ASSERT_EQ(points[0].crl_issuer.size(), 1U);
  EXPECT_TRUE(equal(points[0].crl_issuer[0], directory));
  EXPECT_THAT(points[1].name->full_name, IsEmpty());
  EXPECT_EQ(to_hex(points[1].name->relative_name), "300a06035504030c03415243");
  const Certificate delta = with(kFreshestCrl, sequence({sequence({names})}));
  EXPECT_EQ(freshest_crl(delta)->size(), 1U);
}

TEST_F(CertificateLocations, MalformedDistributionPointsAreRefused) {
  const Bytes wrong[] = {
      {},
      hex("3000"),
      hex("30023000"),                                           // neither name nor issuer
      sequence({sequence({hex("81020560")})}),                   // reasons alone
      sequence({sequence({tagged(0xA0, {tagged(0xA0, {})})})}),  // no name
      sequence({sequence({tagged(0xA0, {hex("a100")})})}),       // an empty relative name
      sequence({sequence({tagged(0xA0, {tagged(0xA0, {uri("a")}), hex("0500")})})}),
      sequence({sequence({tagged(0xA0, {tagged(0xA0, {hex("0500")})})})}),
      sequence({sequence({tagged(0xA2, {uri("a")}), hex("0500")})}),
  };
  for (const Bytes& value : wrong) {
    const auto points = crl_distribution_points(with(kCrlDistributionPoints, value));
    ASSERT_THAT(points, FailsWith(ErrorCode::malformed_certificate)) << to_hex(value);
    EXPECT_THAT(points.error().where, testing::HasSubstr("2.5.29.31"));
  }
}

TEST_F(CertificateLocations, AuthorityInformationAccessIsRead) {
  const Bytes ocsp = hex("06082b06010505073001");
  const Bytes ca_issuers = hex("06082b06010505073002");
  const Certificate leaf = with(
      kAuthorityInfoAccess,
      sequence({sequence({ocsp, uri("http://a.example/")}), sequence({ca_issuers, uri("http://ca.example/ca.cer")}),
                sequence({ocsp, uri("http://b.example/")}), sequence({hex("06032a0304"), uri("http://other/")}),
                sequence({ocsp, tagged(0xA4, {name_of("X").der()})}), sequence({ocsp, uri("http://\xE4/")})}));
  ASSERT_OK_AND_ASSIGN(const auto access, authority_information_access(leaf));
  EXPECT_THAT(access.ocsp, ElementsAre("http://a.example/", "http://b.example/"));
  EXPECT_THAT(access.ca_issuers, ElementsAre("http://ca.example/ca.cer"));
  for (const Bytes& wrong :
       {Bytes(), hex("3000"), sequence({sequence({ocsp})}), sequence({sequence({ocsp, uri("a"), uri("b")})})}) {
    EXPECT_THAT(authority_information_access(with(kAuthorityInfoAccess, wrong)),
                FailsWith(ErrorCode::malformed_certificate));
  }
}

}  // namespace
}  // namespace rakkan::pki
