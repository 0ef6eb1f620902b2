#include "rakkan/telemetry/process_metrics.hpp"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

namespace rakkan::telemetry {
namespace {

double seconds(const timeval& time) noexcept {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double seconds_of(clockid_t clock) noexcept {
  timespec time{};
  static_cast<void>(::clock_gettime(clock, &time));
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::optional<double> cpu_seconds() noexcept {
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) != 0) {
    return std::nullopt;
  }
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// A field of /proc/self/statm (proc(5)), which is in pages, in bytes: field 0 is the whole address space, 1 the part in
// memory.
std::optional<double> bytes_of_memory(unsigned field) {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  for (unsigned i = 0; i <= field; ++i) {
    if (!(file >> pages)) {
      return std::nullopt;
    }
  }
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// The number of open descriptors, without the one that lists the folder /proc/self/fd.
std::optional<double> open_descriptors() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++count;
  }
  return error || count == 0 ? std::nullopt : std::optional(count - 1);
}

std::optional<double> most_descriptors() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return std::nullopt;
  }
  return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                         : static_cast<double>(limit.rlim_cur);
}

// The process's start, which /proc/self/stat (proc(5)) has as its 22nd field, in ticks since the machine started. The
// second field is a name in parentheses that may have blanks. /proc/stat, which has the machine's start, is hidden from
// a service with ProcSubset=pid, so the clocks are compared instead.
std::optional<double> start_time() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  std::istringstream fields(line.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22 && fields >> field; ++number) {
  }
  if (!fields) {
    return std::nullopt;
  }
  const double since_boot = std::strtod(field.c_str(), nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + since_boot;
}

}  // namespace

std::vector<Metrics::Watch> watch_process(Metrics& metrics, const std::string& version) {
  std::vector<Metrics::Watch> watches;
  const auto watch = [&](WatchedKind kind, const char* name, const char* help, auto read) {
    watches.push_back(metrics.watch_each(kind, name, help, [read] {
      const std::optional<double> value = read();
      return value ? std::vector<Sample>{{{}, *value}} : std::vector<Sample>{};
    }));
  };
  watch(WatchedKind::counter, "process_cpu_seconds_total", "Time of the processors that the process took",
        [] { return cpu_seconds(); });
  watch(WatchedKind::gauge, "process_virtual_memory_bytes", "Size of the process's address space",
        [] { return bytes_of_memory(0); });
  watch(WatchedKind::gauge, "process_resident_memory_bytes", "Part of the address space that lies in memory",
        [] { return bytes_of_memory(1); });
  watch(WatchedKind::gauge, "process_open_fds", "Open file descriptors", [] { return open_descriptors(); });
  watch(WatchedKind::gauge, "process_max_fds", "File descriptors that the process may have open",
        [] { return most_descriptors(); });
  watch(WatchedKind::gauge, "process_start_time_seconds", "Start of the process, in seconds since 1970",
        [started = start_time()] { return started; });
  watches.push_back(metrics.watch_each(WatchedKind::gauge, "rakkan_build_info", "1; the label is the version that runs",
                                       [version] { return std::vector<Sample>{{{{"version", version}}, 1}}; }));
  return watches;
}

}  // namespace rakkan::telemetry
