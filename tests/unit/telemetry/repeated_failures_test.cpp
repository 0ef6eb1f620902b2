#include "rakkan/telemetry/repeated_failures.hpp"

#include "unit/telemetry/log_lines.hpp"

namespace rakkan::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(RepeatedFailures, OneLineASecondOfEachErrorAndHowOftenItCame) {
  test::LogLines lines;
  RepeatedFailures failures(*lines.log);
  const Error gone{ErrorCode::hsm_key_gone, "no such key", "token tsu", {}, {}};
  const Error late{ErrorCode::deadline_exceeded, "", "", {}, {}};
  const RepeatedFailures::Time start{1h};
  for (int i = 0; i < 10; ++i) {
    failures.note("refused", gone, "r" + std::to_string(i), start + i * 50ms);
  }
  failures.note("refused", late, "late", start + 500ms);
  failures.note("refused", gone, "next", start + 1s);
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 3U);
  EXPECT_EQ(read[0].at("level").as_string(), "critical");
  EXPECT_EQ(read[0].at("error").as_string(), "hsm-key-gone");
  EXPECT_EQ(read[0].at("request_id").as_string(), "r0");
  EXPECT_EQ(read[0].at("times").to_number<int>(), 1);
  EXPECT_EQ(read[1].at("error").as_string(), "deadline-exceeded");
  EXPECT_EQ(read[2].at("request_id").as_string(), "next");
  EXPECT_EQ(read[2].at("times").to_number<int>(), 10) << "the nine that had no line of their own, and this one";
}

}  // namespace
}  // namespace rakkan::telemetry
