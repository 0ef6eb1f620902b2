#include "rakkan/base/ip_address.hpp"

#include <gtest/gtest.h>

namespace rakkan {
namespace {

TEST(IpAddress, V4IsTheMappedV6) {
  const auto v4 = IpAddress::parse("192.0.2.1");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4, IpAddress::parse("::ffff:192.0.2.1"));
  EXPECT_TRUE(v4->is_v4());
  EXPECT_EQ(to_string(*v4), "192.0.2.1");
  EXPECT_EQ(to_string(*IpAddress::parse("2001:DB8:0::1")), "2001:db8::1");
}

TEST(IpAddress, OtherTextsAreNone) {
  for (const std::string text :
       {"", "192.0.2", "192.0.2.256", "localhost", "fe80::1%eth0", "1.2.3.4:80", "[::1]", " ::1"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("::1\0x", 5)));
}

TEST(IpAddress, LoopbackIsKnown) {
  EXPECT_TRUE(IpAddress::parse("127.8.9.10")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("::2")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("128.0.0.1")->is_loopback());
}

TEST(IpRange, ContainsItsAddresses) {
  const auto contains = [](const char* range, const char* address) {
    return IpRange::parse(range).value().contains(IpAddress::parse(address).value());
  };
  EXPECT_TRUE(contains("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.128"));
  EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(contains("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(contains("10.1.2.3", "10.1.2.4"));
  EXPECT_TRUE(contains("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("::/0", "8.8.8.8"));
}

TEST(IpRange, ContainsNarrowerRanges) {
  const auto contains = [](const char* outer, const char* inner) {
    return IpRange::parse(outer).value().contains(IpRange::parse(inner).value());
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.0.0.0/8"));
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.0/16"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(contains("10.0.0.0/8", "10.0.0.0/7"));
  EXPECT_FALSE(contains("10.0.0.0/8", "0.0.0.0/0"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0/16"));
  EXPECT_TRUE(contains("2001:db8::/32", "2001:db8:ffff::/48"));
  EXPECT_FALSE(contains("2001:db8::/32", "2001:db9::/48"));
  EXPECT_TRUE(contains("::/0", "0.0.0.0/0")) << "as it contains its addresses";
  EXPECT_FALSE(contains("0.0.0.0/0", "::/0"));
}

TEST(IpRange, ASlipIsNoRange) {
  for (const char* text : {"192.0.2.1/24", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/", "192.0.2.0/-1",
                           "192.0.2.0/24x", "/24", "192.0.2.0/24/8", "2001:db8::1/64"}) {
    EXPECT_FALSE(IpRange::parse(text)) << text;
  }
}

}  // namespace
}  // namespace rakkan
