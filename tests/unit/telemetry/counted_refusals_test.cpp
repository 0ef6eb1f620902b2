#include "rakkan/telemetry/counted_refusals.hpp"

#include "unit/telemetry/log_lines.hpp"

namespace rakkan::telemetry {
namespace {

using namespace std::chrono_literals;

const IpAddress kOne = *IpAddress::parse("192.0.2.1");
const IpAddress kTwo = *IpAddress::parse("2001:db8::2");
constexpr CountedRefusals::Time kStart{1h};

TEST(CountedRefusals, TheFirstHasItsLineAndTheRestOfTheMinuteOneTogether) {
  test::LogLines lines;
  CountedRefusals counted(*lines.log);
  EXPECT_TRUE(counted.takes(ErrorCode::api_key_unknown, kOne, "", kStart));
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_FALSE(counted.takes(ErrorCode::api_key_unknown, i % 3 == 0 ? kTwo : kOne, "", kStart + i * 10ms));
  }
  EXPECT_TRUE(counted.takes(ErrorCode::api_key_missing, kOne, "", kStart)) << "of another kind";
  counted.flush(kStart + 59s);
  counted.flush(kStart + 60s);
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].at("msg").as_string(), "requests were refused");
  EXPECT_EQ(read[0].at("error").as_string(), "api-key-unknown");
  EXPECT_EQ(read[0].at("times").to_number<int>(), 1'000);
  EXPECT_EQ(read[0].at("addresses").to_number<int>(), 2);
  EXPECT_FALSE(read[0].at("more_addresses").as_bool());
}

TEST(CountedRefusals, AFloodThatGoesOnIsALineAMinute) {
  test::LogLines lines;
  CountedRefusals counted(*lines.log);
  EXPECT_TRUE(counted.takes(ErrorCode::api_key_unknown, kOne, "", kStart));
  for (int minute = 0; minute < 3; ++minute) {
    EXPECT_FALSE(counted.takes(ErrorCode::api_key_unknown, kOne, "", kStart + minute * 60s + 30s)) << minute;
    counted.flush(kStart + (minute + 1) * 60s);
  }
  counted.flush(kStart + 240s);  // a minute of peace
  EXPECT_TRUE(counted.takes(ErrorCode::api_key_unknown, kOne, "", kStart + 241s)) << "told at once again";
  EXPECT_EQ(lines.read().size(), 3U);
}

TEST(CountedRefusals, EachTenantHasItsLine) {
  test::LogLines lines;
  CountedRefusals counted(*lines.log);
  for (const char* tenant : {"acme", "other"}) {
    EXPECT_TRUE(counted.takes(ErrorCode::overloaded, kOne, tenant, kStart)) << tenant;
    EXPECT_FALSE(counted.takes(ErrorCode::overloaded, kOne, tenant, kStart)) << tenant;
  }
  EXPECT_FALSE(counted.takes(ErrorCode::overloaded, kOne, "other", kStart));
  counted.flush(kStart + 60s);
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].at("tenant").as_string(), "acme");
  EXPECT_EQ(read[0].at("times").to_number<int>(), 1);
  EXPECT_EQ(read[1].at("tenant").as_string(), "other");
  EXPECT_EQ(read[1].at("times").to_number<int>(), 2);
}

TEST(CountedRefusals, TenantsAreToldApartUpToABound) {
  test::LogLines lines;
  CountedRefusals counted(*lines.log);
  constexpr int kMost = CountedRefusals::kMostTenants;
  int own_lines = 0;
  for (int i = 0; i < 3 * kMost; ++i) {
    own_lines += counted.takes(ErrorCode::overloaded, kOne, "tenant-" + std::to_string(i), kStart) ? 1 : 0;
  }
  EXPECT_EQ(own_lines, kMost + 1);
  counted.flush(kStart + 60s);
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].at("times").to_number<int>(), 2 * kMost - 1) << "of the others together";
  EXPECT_FALSE(read[0].contains("tenant"));
}

TEST(CountedRefusals, WhatWasCountedIsWrittenAtTheEnd) {
  test::LogLines lines;
  {
    CountedRefusals counted(*lines.log);
    EXPECT_TRUE(counted.takes(ErrorCode::rate_limited, kOne, "", kStart));
    EXPECT_FALSE(counted.takes(ErrorCode::rate_limited, kOne, "", kStart));
  }
  EXPECT_EQ(lines.read().size(), 1U);
}

TEST(CountedRefusals, AddressesAreToldApartUpToABound) {
  test::LogLines lines;
  CountedRefusals counted(*lines.log);
  EXPECT_TRUE(counted.takes(ErrorCode::api_key_unknown, kOne, "", kStart));
  const int most = CountedRefusals::kMostAddresses;
  for (int i = 0; i < 2 * most; ++i) {
    const auto address = IpAddress::parse("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256));
    EXPECT_FALSE(counted.takes(ErrorCode::api_key_unknown, *address, "", kStart));
  }
  counted.flush(kStart + 60s);
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].at("times").to_number<int>(), 2 * most);
  EXPECT_EQ(read[0].at("addresses").to_number<int>(), most);
  EXPECT_TRUE(read[0].at("more_addresses").as_bool());
}

}  // namespace
}  // namespace rakkan::telemetry
