#include "measure.hpp"

#include <algorithm>
#include <ctime>

namespace rakkan::bench {
namespace {

using std::chrono::nanoseconds;

nanoseconds clock_time(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

// Operations that take about `slice`, from one warm-up run that doubles until it is long enough to be believed.
long calibrate(const Case& subject, nanoseconds slice) {
  for (long count = 1;; count *= 2) {
    const nanoseconds begin = thread_cpu_time();
    for (long i = 0; i < count; ++i) {
      subject.body();
    }
    const nanoseconds spent = thread_cpu_time() - begin;
    if (spent * 4 >= slice) {
      return std::max(1L, static_cast<long>(static_cast<double>(count) * static_cast<double>(slice.count()) /
                                            static_cast<double>(spent.count())));
    }
  }
}

}  // namespace

nanoseconds thread_cpu_time() noexcept { return clock_time(CLOCK_THREAD_CPUTIME_ID); }

nanoseconds process_cpu_time() noexcept { return clock_time(CLOCK_PROCESS_CPUTIME_ID); }

std::vector<Cost> interleave(const std::vector<Case>& cases, int rounds, std::chrono::milliseconds slice) {
  std::vector<long> counts;
  counts.reserve(cases.size());
  for (const Case& subject : cases) {
    counts.push_back(calibrate(subject, slice));
  }
  std::vector<std::vector<double>> samples(cases.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const nanoseconds begin = thread_cpu_time();
      for (long n = 0; n < counts.at(i); ++n) {
        cases.at(i).body();
      }
      const nanoseconds spent = thread_cpu_time() - begin;
      samples.at(i).push_back(static_cast<double>(spent.count()) / 1000.0 / static_cast<double>(counts.at(i)));
    }
  }
  std::vector<Cost> costs;
  costs.reserve(cases.size());
  for (std::vector<double>& rows : samples) {
    std::sort(rows.begin(), rows.end());
    costs.push_back({rows.at(rows.size() / 2), rows.front()});
  }
  return costs;
}

}  // namespace rakkan::bench
