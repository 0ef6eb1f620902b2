#include "rakkan/api/descriptors.hpp"

#include <sys/resource.h>

#include "support/result_matchers.hpp"

namespace rakkan::api {
namespace {

using test::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::vector<DescriptorUse> kReserved{{"log", 80}, {"store", 10}, {"process", 10}};

TEST(Descriptors, ConnectionsGetWhatIsLeftBesideTheReserve) {
  EXPECT_EQ(connections_that_fit(20'000, 10'000, kReserved).value_or(0), 10'000U);
  EXPECT_EQ(connections_that_fit(10'100, 10'000, kReserved).value_or(0), 10'000U) << "exactly";
  EXPECT_EQ(connections_that_fit(10'099, 10'000, kReserved).value_or(0), 9'999U);
  EXPECT_EQ(connections_that_fit(1'024, 10'000, kReserved).value_or(0), 924U);
  EXPECT_EQ(connections_that_fit(164, 10'000, kReserved).value_or(0), 64U);
}

TEST(Descriptors, WhatMakesNoSenseIsRefusedWithTheSum) {
  for (const std::uint64_t descriptors : {0U, 99U, 100U, 163U}) {
    const auto refused = connections_that_fit(descriptors, 10'000, kReserved);
    ASSERT_THAT(refused, FailsWith(ErrorCode::configuration_invalid)) << descriptors;
    EXPECT_THAT(to_string(refused.error()),
                AllOf(HasSubstr("of " + std::to_string(descriptors) + " file descriptors 100 are reserved"),
                      HasSubstr("80 log + 10 store + 10 process"), HasSubstr("http.limits.connections")));
  }
  EXPECT_EQ(connections_that_fit(110, 10, kReserved).value_or(0), 10U) << "all that are wanted";
  EXPECT_THAT(connections_that_fit(109, 10, kReserved), FailsWith(ErrorCode::configuration_invalid));
}

TEST(Descriptors, TheReserveGrowsWithThePoolsAndAShellsLimitLeavesMostOfItToConnections) {
  const auto sum = [](const std::vector<DescriptorUse>& uses) {
    std::uint64_t total = 0;
    for (const DescriptorUse& use : uses) {
      total += use.count;
    }
    return total;
  };
  http::Options options;
  service::Options service;
  const std::uint64_t usual = sum(reserved_descriptors(options, service));
  EXPECT_LT(usual, 512U);
  EXPECT_GT(connections_that_fit(1'024, 10'000, reserved_descriptors(options, service)).value_or(0), 512U);
  service.pools.hsm.threads += 10;
  service.fetch.in_flight += 40;
  options.listen.threads += 3;
  EXPECT_GT(sum(reserved_descriptors(options, service)), usual + 80);
}

TEST(Descriptors, TheSoftLimitIsRaisedToTheHardOne) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{std::min<rlim_t>(before.rlim_cur, 256), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace rakkan::api
