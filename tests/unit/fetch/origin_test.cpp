#include "rakkan/fetch/origin.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace rakkan::fetch {
namespace {

using test::FailsWith;

std::string origin_of(const std::string& url) {
  const auto origin = Origin::of(url);
  return origin ? to_string(*origin) : to_string(origin.error());
}

TEST(Origin, IsSchemeHostAndPort) {
  EXPECT_EQ(origin_of("HTTPS://TSA.example/a?b#c"), "https://tsa.example:443");
  EXPECT_EQ(origin_of("http://tsa.example:8080"), "http://tsa.example:8080");
  EXPECT_EQ(origin_of("http://[2001:DB8::1]/"), "http://[2001:db8::1]:80");
}

TEST(Origin, SpellingsOfOneIpv4AddressAreOneHost) {
  for (const char* url : {"http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/"}) {
    EXPECT_EQ(origin_of(url), "http://127.0.0.1:80") << url;
  }
}

TEST(Origin, RefusesOtherSchemesUserNamesAndTextsThatAreNoUrl) {
  for (const char* url : {"ftp://a/", "file:///etc/passwd", "gopher://a/", "a", "", "http://", "http://u:p@a/",
                          "http://a:0/", "http://a:99999/", "http://a b/"}) {
    EXPECT_THAT(Origin::of(url), FailsWith(ErrorCode::configuration_invalid)) << url;
  }
}

TEST(Origin, RedirectsAreRelativeToTheUrl) {
  EXPECT_EQ(redirected("http://a.example/x/y?z", "/b#f"), "http://a.example/b");
  EXPECT_EQ(redirected("http://a.example/x/y", "b"), "http://a.example/x/b");
  EXPECT_EQ(redirected("http://a.example/", "//b.example/c"), "http://b.example/c");
  EXPECT_EQ(redirected("http://a.example/", "https://b.example"), "https://b.example/");
  EXPECT_EQ(redirected("http://a.example/", ""), std::nullopt);
}

TEST(Origin, AShownUrlHasNoSecretParts) {
  EXPECT_EQ(shown_url("https://u:secret@a.example/p?token=secret#x"), "https://a.example/p");
  EXPECT_EQ(shown_url("no url"), "");
}

TEST(Addresses, OnlyGloballyReachableUnicastIsPublic) {
  for (const char* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::7f00:1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::a00:1",
                              "64:ff9b:1::1",
                              "100::1",
                              "2001::1",
                              "2001:2::1",
                              "2001:20::1",
                              "2001:db8::1",
                              "2002:7f00:1::",
                              "3fff::1",
                              "4000::1",
                              "5f00::1",
                              "fc00::1",
                              "fd12::1",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1"}) {
    ASSERT_TRUE(IpAddress::parse(address)) << address;
    EXPECT_FALSE(is_public(*IpAddress::parse(address))) << address;
  }
  for (const char* address : {"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.0", "172.15.255.255",
                              "172.32.0.0", "192.0.3.1", "193.0.0.1", "198.17.255.255", "198.20.0.0", "223.255.255.255",
                              "2001:200::1", "2001:4860:4860::8888", "2400:cb00::1", "2a00::1", "3ffe::1"}) {
    EXPECT_TRUE(is_public(*IpAddress::parse(address))) << address;
  }
}

TEST(Addresses, AnExceptionIsAnExactOrigin) {
  ASSERT_OK_AND_ASSIGN(const auto addresses,
                       OutsideAddresses::allowing({"http://10.0.0.5:8080", "https://pki.example"}));
  const auto allows = [&](const char* url) { return addresses.allows(*Origin::of(url)); };
  EXPECT_TRUE(allows("http://10.0.0.5:8080/ocsp"));
  EXPECT_TRUE(allows("https://PKI.example:443/crl"));
  for (const char* url : {"http://10.0.0.5/", "https://10.0.0.5:8080/", "http://10.0.0.6:8080/", "http://pki.example/",
                          "https://a.pki.example/", "https://pki.example:8443/", "https://pki.example./"}) {
    EXPECT_FALSE(allows(url)) << url;
  }
}

TEST(Addresses, AnExceptionThatIsMoreThanAnOriginIsRefused) {
  for (const char* text : {"10.0.0.0/8", "http://a/path", "http://a?q", "http://a#f", "ftp://a", "*", ""}) {
    const auto refused = OutsideAddresses::allowing({"http://ok.example", text});
    ASSERT_THAT(refused, FailsWith(ErrorCode::configuration_invalid)) << text;
    EXPECT_EQ(refused.error().where, "fetch.allowed_origins");
  }
}

}  // namespace
}  // namespace rakkan::fetch
