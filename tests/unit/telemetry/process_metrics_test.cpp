#include "rakkan/telemetry/process_metrics.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <vector>

namespace rakkan::telemetry {
namespace {

// The value of a metric without labels; -1 when it is not there.
double value_of(const Metrics& metrics, const std::string& name) {
  const std::string text = metrics.text();
  const std::size_t at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + name.size() + 2, nullptr);
}

TEST(ProcessMetrics, SayWhichVersionRuns) {
  Metrics metrics;
  const auto watches = watch_process(metrics, "1.2.3");
  EXPECT_THAT(metrics.text(), testing::HasSubstr("rakkan_build_info{version=\"1.2.3\"} 1"));
}

TEST(ProcessMetrics, CountDescriptors) {
  Metrics metrics;
  const auto watches = watch_process(metrics, "1");
  const double before = value_of(metrics, "process_open_fds");
  ASSERT_GE(before, 3) << "standard streams";
  const int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int two = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(value_of(metrics, "process_open_fds"), before + 2);
  ::close(one);
  ::close(two);
  EXPECT_GE(value_of(metrics, "process_max_fds"), before);
}

TEST(ProcessMetrics, MeasureMemoryAndTime) {
  Metrics metrics;
  const auto watches = watch_process(metrics, "1");
  const double resident = value_of(metrics, "process_resident_memory_bytes");
  const std::vector<char> touched(64U << 20U, 'x');
  EXPECT_GE(value_of(metrics, "process_resident_memory_bytes"), resident + (32 << 20)) << touched.size();
  EXPECT_GT(value_of(metrics, "process_virtual_memory_bytes"), resident);
  EXPECT_GT(value_of(metrics, "process_cpu_seconds_total"), 0);
  const double started = value_of(metrics, "process_start_time_seconds");
  const auto now = static_cast<double>(std::time(nullptr));
  EXPECT_LE(started, now + 1);
  EXPECT_GT(started, now - 24 * 3'600);
}

}  // namespace
}  // namespace rakkan::telemetry
