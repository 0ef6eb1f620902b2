#include "http/client_address.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

const std::vector<IpRange> kProxies{*IpRange::parse("10.0.0.0/8"), *IpRange::parse("2001:db8:ffff::/48")};

std::string client(const char* peer, std::vector<Header> headers, const std::vector<IpRange>& trusted = kProxies) {
  return to_string(client_address(*IpAddress::parse(peer), headers, trusted));
}

TEST(ClientAddress, IsTheSocketsUnlessThatIsATrustedProxys) {
  EXPECT_EQ(client("192.0.2.1", {}), "192.0.2.1");
  EXPECT_EQ(client("192.0.2.1", {{"X-Forwarded-For", "198.51.100.1"}}), "192.0.2.1") << "anybody can write the field";
  EXPECT_EQ(client("10.1.1.1", {}), "10.1.1.1");
  EXPECT_EQ(client("10.1.1.1", {{"X-Forwarded-For", "198.51.100.1"}}), "198.51.100.1");
  EXPECT_EQ(client("10.1.1.1", {{"X-Forwarded-For", "198.51.100.1"}}, {}), "10.1.1.1");
}

TEST(ClientAddress, IsTheLastThatATrustedProxyDidNotMakeUp) {
  EXPECT_EQ(client("10.1.1.1", {{"x-forwarded-for", "203.0.113.9, 198.51.100.1, 10.2.2.2"}}), "198.51.100.1")
      << "what stands left of an untrusted address is that caller's word";
  EXPECT_EQ(client("10.1.1.1", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-For", "198.51.100.1"}}),
            "198.51.100.1");
  EXPECT_EQ(client("2001:db8:ffff::1", {{"X-Forwarded-For", "2001:db8::7"}}), "2001:db8::7");
  EXPECT_EQ(client("::ffff:10.1.1.1", {{"X-Forwarded-For", "198.51.100.1"}}), "198.51.100.1");
}

TEST(ClientAddress, TextThatIsNoAddressEndsTheReading) {
  EXPECT_EQ(client("10.1.1.1", {{"X-Forwarded-For", "198.51.100.1, unknown"}}), "10.1.1.1");
  EXPECT_EQ(client("10.1.1.1", {{"X-Forwarded-For", ""}}), "10.1.1.1");
  EXPECT_EQ(client("10.1.1.1", {{"X-Forwarded-For", ","}}), "10.1.1.1");
  EXPECT_EQ(client("10.1.1.1", {{"X-Forwarded-For", "198.51.100.1:1234"}}), "10.1.1.1");
}

TEST(ClientAddress, ProxiesAreAddressesAndRanges) {
  ASSERT_OK_AND_ASSIGN(const auto ranges, proxies_of({"10.0.0.0/8", "2001:db8::1"}));
  EXPECT_EQ(client("10.1.1.1", {{"X-Forwarded-For", "198.51.100.1"}}, ranges), "198.51.100.1");
  EXPECT_EQ(client("2001:db8::1", {{"X-Forwarded-For", "198.51.100.1"}}, ranges), "198.51.100.1");
  EXPECT_EQ(client("2001:db8::2", {{"X-Forwarded-For", "198.51.100.1"}}, ranges), "2001:db8::2");
  EXPECT_THAT(proxies_of({"10.0.0.0/8", "proxy.example"}), test::FailsWith(ErrorCode::configuration_invalid));
}

}  // namespace
}  // namespace rakkan::http
