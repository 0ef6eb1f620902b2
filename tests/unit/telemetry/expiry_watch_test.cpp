#include "rakkan/telemetry/expiry_watch.hpp"

#include "unit/telemetry/log_lines.hpp"

namespace rakkan::telemetry {
namespace {

using std::chrono::days;
using testing::HasSubstr;
using testing::Not;

struct ExpiryWatchTest : testing::Test {
  test::LogLines lines;
  Metrics metrics;
  ExpiryWatch watch{metrics, *lines.log, lines.clock};
};

TEST_F(ExpiryWatchTest, WarnsOnceAtEachThreshold) {
  const Instant not_after = lines.clock.time + days(100);
  watch.observe("operator", not_after);
  for (int day = 0; day <= 102; ++day) {
    lines.clock.time += days(1);
    watch.check();
    watch.check();
  }
  std::vector<std::string> said;
  for (const auto& line : lines.read()) {
    said.push_back(std::string(line.at("level").as_string()) + " " + std::to_string(line.at("days_left").as_int64()));
  }
  EXPECT_THAT(said, testing::ElementsAre("warning 90", "warning 30", "error 7", "error 0"));
}

TEST_F(ExpiryWatchTest, ACertificateThatIsNearlyOverIsSaidOnce) {
  watch.observe("tsu", lines.clock.time + days(5));
  watch.observe("tsu", lines.clock.time + days(5));
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].at("credential").as_string(), "tsu");
  EXPECT_EQ(read[0].at("days_left").as_int64(), 5);
}

TEST_F(ExpiryWatchTest, ARenewalBeginsAfresh) {
  watch.observe("tsu", lines.clock.time + days(20));
  watch.observe("tsu", lines.clock.time + days(400));
  lines.clock.time += days(380);
  watch.check();
  EXPECT_EQ(lines.read().size(), 2U);
}

TEST_F(ExpiryWatchTest, TheMetricFollowsTheClockAndForgets) {
  watch.observe("operator", lines.clock.time + days(12));
  EXPECT_THAT(metrics.text(), HasSubstr("rakkan_certificate_days_left{credential=\"operator\"} 12"));
  lines.clock.time += days(13);
  EXPECT_THAT(metrics.text(), HasSubstr("rakkan_certificate_days_left{credential=\"operator\"} -1"));
  watch.forget("operator");
  EXPECT_THAT(metrics.text(), Not(HasSubstr("credential=\"operator\"")));
}

TEST_F(ExpiryWatchTest, TheNextKeysCertificateStandsBesideThePresentOnesUntilItBegins) {
  const Instant next = lines.clock.time + days(5);
  watch.observe("operator", lines.clock.time + days(200));
  watch.observe_next("operator", next);
  const std::string of_next = R"(rakkan_certificate_days_left{credential="operator",key="next"})";
  EXPECT_THAT(metrics.text(), testing::AllOf(HasSubstr(R"({credential="operator"} 200)"), HasSubstr(of_next + " 5")));
  watch.observe("operator", next);
  watch.observe_next("operator", std::nullopt);
  EXPECT_THAT(metrics.text(), testing::AllOf(HasSubstr(R"({credential="operator"} 5)"), Not(HasSubstr(of_next))));
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].at("key").as_string(), "next");
  EXPECT_EQ(read[1].at("key").as_string(), "present");
}

}  // namespace
}  // namespace rakkan::telemetry
