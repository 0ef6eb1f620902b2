#include "rakkan/telemetry/trace_id.hpp"

#include <gmock/gmock.h>

#include "support/fake_clock.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::telemetry {
namespace {

// The example of Trace Context §3.2.2.
constexpr std::string_view kExample = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceParent, ReadsTheStandardsExample) {
  const auto parent = parse_traceparent(kExample);
  ASSERT_TRUE(parent);
  EXPECT_EQ(parent->trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(parent->parent_id, "b7ad6b7169203331");
  EXPECT_TRUE(parent->sampled);
}

TEST(TraceParent, ALaterVersionMayGoOn) {
  EXPECT_TRUE(parse_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more"));
  EXPECT_FALSE(parse_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00more"));
  EXPECT_FALSE(parse_traceparent(std::string(kExample) + "-more"));
}

TEST(TraceParent, RefusesWhatIsNotOne) {
  for (const std::string_view bad : {
           "",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
       }) {
    EXPECT_FALSE(parse_traceparent(bad)) << bad;
  }
}

TEST(RequestId, IsRandomOrFails) {
  test::StuckRandom random(0xA5);
  EXPECT_EQ(make_request_id(random).value(), std::string("a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"));
  random.broken = true;
  EXPECT_THAT(make_request_id(random), test::FailsWith(ErrorCode::internal));
}

}  // namespace
}  // namespace rakkan::telemetry
