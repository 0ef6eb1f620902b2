#include "http/address_counts.hpp"

#include <vector>

#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using test::FailsWith;
using test::IsOk;

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(AddressCounts, AnAddressHasSoManyPlacesAndNoMore) {
  AddressCounts counts(2);
  ASSERT_OK_AND_ASSIGN(const AddressCounts::Place first, counts.enter(address("192.0.2.1")));
  {
    ASSERT_OK_AND_ASSIGN(AddressCounts::Place second, counts.enter(address("192.0.2.1")));
    const AddressCounts::Place moved = std::move(second);
    const auto refused = counts.enter(address("192.0.2.1"));
    ASSERT_THAT(refused, FailsWith(ErrorCode::overloaded));
    EXPECT_TRUE(refused.error().retry_after.has_value());
    EXPECT_THAT(counts.enter(address("192.0.2.2")), IsOk());
  }
  EXPECT_THAT(counts.enter(address("192.0.2.1")), IsOk());
  EXPECT_EQ(counts.size(), 1U) << "an address without anything open costs nothing";
}

TEST(AddressCounts, AnIpv6NetworkIsOneAddress) {
  AddressCounts counts(1);
  ASSERT_OK_AND_ASSIGN(const AddressCounts::Place one, counts.enter(address("2001:db8::1")));
  EXPECT_THAT(counts.enter(address("2001:db8::ffff:1")), FailsWith(ErrorCode::overloaded));
  EXPECT_THAT(counts.enter(address("2001:db8:0:1::1")), IsOk());
}

TEST(AddressCounts, WithoutALimitNothingIsCounted) {
  AddressCounts counts(0);
  std::vector<AddressCounts::Place> places;
  for (int i = 0; i < 100; ++i) {
    ASSERT_OK_AND_ASSIGN(AddressCounts::Place place, counts.enter(address("192.0.2.1")));
    places.push_back(std::move(place));
  }
  EXPECT_EQ(counts.size(), 0U);
}

}  // namespace
}  // namespace rakkan::http
