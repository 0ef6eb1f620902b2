#include "rakkan/telemetry/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <limits>
#include <thread>

#include "support/eventually.hpp"
#include "unit/telemetry/log_lines.hpp"

namespace rakkan::telemetry {
namespace {

using test::FailsWith;
using test::LogLines;

TEST(Log, WritesOneObjectALineWithItsFields) {
  LogLines lines;
  lines.log->write(LogLevel::warning, "disk is slow",
                   {{"text", std::string_view("値")},
                    {"count", std::uint64_t{7}},
                    {"delta", std::int64_t{-3}},
                    {"share", 0.5},
                    {"ready", true}});
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(boost::json::serialize(read[0]),
            R"({"ts":"2026-11-24T01:02:03.004Z","level":"warning","msg":"disk is slow","text":"値","count":7,)"
            R"("delta":-3,"share":5E-1,"ready":true})");
}

TEST(Log, ALineStaysOneLineAndValidWhateverTheTextHolds) {
  LogLines lines;
  std::string nasty = "a\nb\r\"\\\t{}%v{0}";
  nasty += '\0';
  nasty += "\x7F\xFF\xC0\xAF\xED\xA0\x80 𠮷";
  lines.log->write(LogLevel::info, nasty, {{"infinite", std::numeric_limits<double>::infinity()}});
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 1U);
  std::string expected = "a\nb\r\"\\\t{}%v{0}";
  expected += '\0';
  expected += "\x7F";
  for (int i = 0; i < 6; ++i) {
    expected += "\xEF\xBF\xBD";
  }
  expected += " 𠮷";
  EXPECT_EQ(read[0].at("msg").as_string(), expected);
  EXPECT_TRUE(read[0].at("infinite").is_null());
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  LogLines lines("warning");
  lines.log->write(LogLevel::info, "quiet");
  lines.log->write(LogLevel::error, "loud");
  lines.log->request({.method = "GET", .route = "/healthz", .status = 200});
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].at("msg").as_string(), "loud");
}

TEST(Log, ARequestSaysWhoAndWhatAndHow) {
  LogLines lines;
  lines.log->request({.request_id = "4f",
                      .trace_id = "0af7651916cd43dd8448eb211c80319c",
                      .method = "POST",
                      .route = "/v1/cms",
                      .status = 403,
                      .duration = std::chrono::microseconds(1234),
                      .peer = "192.0.2.7",
                      .key_id = "k1",
                      .tenant = "acme",
                      .error = ErrorCode::pin_incorrect});
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(boost::json::serialize(read[0]),
            R"({"ts":"2026-11-24T01:02:03.004Z","level":"warning","msg":"request","request_id":"4f",)"
            R"("trace_id":"0af7651916cd43dd8448eb211c80319c","method":"POST","route":"/v1/cms","status":403,)"
            R"("duration_us":1234,"peer":"192.0.2.7","key_id":"k1","tenant":"acme","error":"pin-incorrect"})");
}

TEST(Log, AFailureTakesTheLevelOfItsError) {
  LogLines lines;
  lines.log->failure("the store failed", Error{ErrorCode::store_unavailable, "disk I/O error", "rakkan.db", {}, {}});
  const auto read = lines.read();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].at("level").as_string(), "critical");
  EXPECT_EQ(read[0].at("error").as_string(), "store-unavailable");
  EXPECT_EQ(read[0].at("detail").as_string(), "store-unavailable: disk I/O error (rakkan.db)");
}

TEST(Log, ASlowOutputCostsLinesAndNobodysTime) {
  const test::TemporaryFolder folder;
  const std::string pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDWR);  // opened, and not read yet
  ASSERT_GE(reader, 0);
  const SystemClock clock;
  ASSERT_OK_AND_ASSIGN(auto log, Log::open({.level = "info", .output = pipe, .queue = 64}, clock));
  const std::string kilobyte(1'000, 'x');
  const std::future<void> written = std::async(std::launch::async, [&] {
    for (int i = 0; i < 2'000; ++i) {
      log->write(LogLevel::info, kilobyte);
    }
  });
  EXPECT_TRUE(test::comes(written)) << "the pipe blocks the caller";
  EXPECT_GT(log->dropped(), 1'000U);
  std::thread drain([&] {
    std::string block(1 << 16, ' ');
    while (::read(reader, block.data(), block.size()) > 0 && block.find("the end") == std::string::npos) {
    }
  });
  log->write(LogLevel::info, "the end");
  log.reset();
  drain.join();
  ::close(reader);
}

TEST(Log, RefusesAnUnknownLevelAndAFileThatCannotBe) {
  const SystemClock clock;
  EXPECT_THAT(Log::open({.level = "loud", .output = "stderr"}, clock), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(Log::open({.level = "info", .output = "/proc/nothing/log"}, clock),
              FailsWith(ErrorCode::file_unwritable));
}

}  // namespace
}  // namespace rakkan::telemetry
