#include "rakkan/service/readiness.hpp"

#include "rakkan/async/task.hpp"

#include <gmock/gmock.h>

#include <boost/asio/steady_timer.hpp>
#include <fstream>
#include <sstream>

#include "support/fake_clock.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::service {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TheReadiness : public ::testing::Test {
 protected:
  static constexpr Readiness::Time kBegin{1h};

  async::Task<std::vector<Error>> look() {
    ++looks_;
    if (pause_) {
      co_await pause_->async_wait(boost::asio::use_awaitable);
    }
    co_return wrong_;
  }
  Readiness::Problems ask(std::chrono::milliseconds at) { return async::block_on(readiness_.problems(kBegin + at)); }
  static Error error(ErrorCode code, std::string detail) { return {code, std::move(detail), {}, {}, {}}; }
  // The text of the log, once everything is written.
  std::string log() {
    log_.reset();
    std::ifstream in(folder_.path() / "log");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++found;
    }
    return found;
  }

  test::TemporaryFolder folder_;
  SystemClock clock_;
  std::unique_ptr<telemetry::Log> log_ =
      telemetry::Log::open({"debug", (folder_.path() / "log").string(), 1'000}, clock_).value();
  std::vector<Error> wrong_;
  std::optional<boost::asio::steady_timer> pause_;
  int looks_ = 0;
  std::vector<Error> warnings_;
  Readiness readiness_{[this] { return look(); }, [this] { return warnings_; }, *log_};
};

TEST_F(TheReadiness, IsAskedForAgainOnlyWhenTheLastWordIsOld) {
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_THAT(ask(0ms), IsEmpty());
  }
  EXPECT_THAT(ask(499ms), IsEmpty());
  EXPECT_EQ(looks_, 1);
  wrong_.push_back(error(ErrorCode::hsm_device_gone, "gone"));
  EXPECT_THAT(ask(500ms), ElementsAre(ErrorCode::hsm_device_gone));
  EXPECT_THAT(ask(999ms), ElementsAre(ErrorCode::hsm_device_gone));
  EXPECT_EQ(looks_, 2);
}

TEST_F(TheReadiness, IsLookedForOnceByAllWhoAskAtTheSameTime) {
  boost::asio::io_context context{1};
  pause_.emplace(context, std::chrono::steady_clock::time_point::max());
  wrong_.push_back(error(ErrorCode::hsm_device_gone, "gone"));
  std::vector<Readiness::Problems> answers;
  const auto caller = [&]() -> async::Task<> {
    Readiness::Problems problems = co_await readiness_.problems(kBegin);
    answers.push_back(std::move(problems));
  };
  for (int i = 0; i < 100; ++i) {
    boost::asio::co_spawn(context, caller(), [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
  }
  boost::asio::post(context, [&] { pause_->cancel(); });
  // The wait that was cancelled throws: that is a look that failed, and still everybody's answer.
  context.run();
  pause_.reset();
  EXPECT_EQ(looks_, 1);
  EXPECT_THAT(answers, testing::SizeIs(100));
  EXPECT_THAT(answers, testing::Each(ElementsAre(ErrorCode::internal)));
}

TEST_F(TheReadiness, TellsTheLogOfChangesAlone) {
  int at = 0;
  const auto asked_often = [&] {
    for (int i = 0; i < 20; ++i) {
      static_cast<void>(ask(std::chrono::seconds(++at)));
    }
  };
  asked_often();
  wrong_ = {error(ErrorCode::hsm_device_gone, "first"), error(ErrorCode::hsm_device_gone, "second")};
  asked_often();
  wrong_.push_back(error(ErrorCode::audit_unavailable, "third"));
  asked_often();
  wrong_.clear();
  asked_often();
  const std::string lines = log();
  EXPECT_EQ(count(lines, "\"not ready\""), 2U) << lines;
  EXPECT_EQ(count(lines, "first"), 1U) << lines;
  EXPECT_EQ(count(lines, "third"), 1U) << lines;
  EXPECT_EQ(count(lines, "ready again"), 1U) << lines;
}

TEST_F(TheReadiness, RemindsTheLogOfATroubleThatStays) {
  wrong_ = {error(ErrorCode::hsm_device_gone, "gone")};
  for (int at = 0; at <= 120; ++at) {
    static_cast<void>(ask(std::chrono::seconds(at)));
  }
  EXPECT_EQ(count(log(), "\"not ready\""), 3U);
}

TEST_F(TheReadiness, WarningsMakeNothingUnreadyAndAreLoggedOnce) {
  warnings_ = {error(ErrorCode::certificate_unsuitable, "no keyUsage"),
               error(ErrorCode::certificate_unsuitable, "of version 1")};
  for (int at = 0; at < 200; ++at) {
    EXPECT_THAT(ask(std::chrono::seconds(at)), IsEmpty());
  }
  EXPECT_THAT(readiness_.warnings(), ElementsAre(ErrorCode::certificate_unsuitable));
  EXPECT_TRUE(readiness_.is_ready());
  warnings_.back().detail = "of version 2";
  EXPECT_THAT(ask(300s), IsEmpty());
  warnings_.clear();
  EXPECT_THAT(ask(301s), IsEmpty());
  EXPECT_THAT(readiness_.warnings(), IsEmpty());
  const std::string lines = log();
  EXPECT_EQ(count(lines, "\"warning\""), 3U) << lines;
  EXPECT_EQ(count(lines, "no keyUsage"), 1U) << lines;
  EXPECT_EQ(count(lines, "of version 2"), 1U) << lines;
}

TEST_F(TheReadiness, IsKnownWithoutAsking) {
  EXPECT_TRUE(readiness_.is_ready());
  wrong_ = {error(ErrorCode::hsm_device_gone, "gone")};
  static_cast<void>(ask(0ms));
  EXPECT_FALSE(readiness_.is_ready());
}

}  // namespace
}  // namespace rakkan::service
