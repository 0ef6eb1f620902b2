// The moment at which lines are written. An hour to gather is a time that does not pass: a line that is written all the
// same did not wait.
#include "telemetry/line_writer.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/eventually.hpp"
#include "support/gate.hpp"

namespace rakkan::telemetry {
namespace {

using test::eventually;
using test::stays;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::chrono::milliseconds kNever = std::chrono::hours{1};
constexpr std::chrono::milliseconds kSoon{1};
constexpr std::size_t kMany = 1'000;
// The time during which a test watches that something is not done.
constexpr std::chrono::milliseconds kWhile{30};

class Output {
 public:
  [[nodiscard]] LineWriter::Write write() {
    return [this](std::string_view lines) {
      if (before) {
        before();
      }
      const std::scoped_lock lock(mutex_);
      writes_.emplace_back(lines);
    };
  }
  [[nodiscard]] std::vector<std::string> writes() const {
    const std::scoped_lock lock(mutex_);
    return writes_;
  }
  std::function<void()> before;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> writes_;
};

TEST(LineWriter, WritesLinesThatCameTogetherAtOnce) {
  Output output;
  {
    LineWriter writer(output.write(), kMany, kNever);
    writer.add("one");
    writer.add("two");
    writer.add("three");
    EXPECT_TRUE(stays([&] { return output.writes().empty(); }, kWhile));
  }
  EXPECT_THAT(output.writes(), ElementsAre("one\ntwo\nthree\n"));
}

TEST(LineWriter, WaitsNoLongerThanTheTimeToGather) {
  Output output;
  LineWriter writer(output.write(), kMany, kSoon);
  writer.add("one");
  EXPECT_TRUE(eventually([&] { return output.writes() == std::vector<std::string>{"one\n"}; }));
  writer.add("two");  // after the thread has been idle
  EXPECT_TRUE(eventually([&] { return output.writes().size() == 2; }));
}

TEST(LineWriter, WritesWhatIsUrgentNowBehindWhatCameBeforeIt) {
  Output output;
  LineWriter writer(output.write(), kMany, kNever);
  writer.add("one");
  writer.add("two", LineWriter::Haste::urgent);
  EXPECT_TRUE(eventually([&] { return !output.writes().empty(); }));
  EXPECT_THAT(output.writes(), ElementsAre("one\ntwo\n"));
  writer.add("three");
  EXPECT_TRUE(stays([&] { return output.writes().size() == 1; }, kWhile)) << "only what was urgent hastens";
}

TEST(LineWriter, WritesWhatWaitsWhenItIsAskedTo) {
  Output output;
  LineWriter writer(output.write(), kMany, kNever);
  writer.flush();
  writer.add("one");
  writer.flush();
  EXPECT_TRUE(eventually([&] { return !output.writes().empty(); }));
}

TEST(LineWriter, DoesNotGatherMoreThanHalfOfItsRoom) {
  Output output;
  LineWriter writer(output.write(), 8, kNever);
  for (int i = 0; i < 5; ++i) {
    writer.add("line");
  }
  EXPECT_TRUE(eventually([&] { return !output.writes().empty(); }));
  EXPECT_EQ(writer.dropped(), 0U);
}

TEST(LineWriter, DropsTheOldestLinesOfASlowOutput) {
  Output output;
  test::Gate gate;
  output.before = [&] { gate.pass(); };
  auto writer = std::make_unique<LineWriter>(output.write(), 4, kNever);
  writer->add("first", LineWriter::Haste::urgent);
  gate.wait_for_visitor();
  for (int i = 0; i < 10; ++i) {
    writer->add("line " + std::to_string(i));
  }
  EXPECT_EQ(writer->dropped(), 6U);
  gate.open();
  writer.reset();
  EXPECT_THAT(output.writes(), ElementsAre("first\n", "line 6\nline 7\nline 8\nline 9\n"));
}

TEST(LineWriter, AFailedWriteCostsItsOwnLinesAlone) {
  Output output;
  output.before = [failed = false]() mutable {
    if (!std::exchange(failed, true)) {
      throw std::runtime_error("no space left on device");
    }
  };
  LineWriter writer(output.write(), kMany, kNever);
  writer.add("one");
  writer.add("two", LineWriter::Haste::urgent);
  EXPECT_TRUE(eventually([&] { return writer.dropped() == 2; }));
  EXPECT_THAT(output.writes(), IsEmpty());
  writer.add("three", LineWriter::Haste::urgent);
  EXPECT_TRUE(eventually([&] { return output.writes() == std::vector<std::string>{"three\n"}; }));
}

TEST(LineWriter, KeepsTheLinesOfManyThreadsWhole) {
  constexpr std::size_t kThreads = 4;
  Output output;
  {
    LineWriter writer(output.write(), kThreads * kMany, kSoon);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&writer, line = std::string(20 + t, static_cast<char>('a' + t))] {
        for (std::size_t i = 0; i < kMany; ++i) {
          writer.add(line);
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(writer.dropped(), 0U);
  }
  std::size_t lines = 0;
  for (const std::string& write : output.writes()) {
    std::string_view rest = write;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n'), ++lines) {
      ASSERT_EQ(end, 20U + static_cast<std::size_t>(rest.front() - 'a'));
      ASSERT_EQ(rest.substr(0, end).find_first_not_of(rest.front()), std::string_view::npos);
      rest.remove_prefix(end + 1);
    }
    EXPECT_TRUE(rest.empty());
  }
  EXPECT_EQ(lines, kThreads * kMany);
}

}  // namespace
}  // namespace rakkan::telemetry
