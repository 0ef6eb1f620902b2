// Metrics in the text format of Prometheus. Code that counts holds a handle, a pointer to the number itself, so that
// the hot path looks nothing up. Numbers that other parts count already (pools, the trail, the byte budget) are
// watched: they are read at each scrape.
//
// Names: rakkan_<what>_<unit>, "_total" for counts; process_* are those that every Prometheus client has. Labels come
// from the program (routes, statuses, pools, credentials), never from a caller's text.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rakkan::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Handles are cheap to copy, thread-safe, and live as long as their Metrics. A default-constructed handle counts
// nothing.
class Counter {
 public:
  Counter() = default;
  void add(double amount = 1) const noexcept;

 private:
  friend class Metrics;
  void* counter_ = nullptr;
};

class Histogram {
 public:
  Histogram() = default;
  void observe(std::chrono::nanoseconds duration) const noexcept;  // the histogram's unit is seconds
  void observe(double value) const noexcept;

 private:
  friend class Metrics;
  void* histogram_ = nullptr;
};

// RouteMetrics counts the requests of one route: rakkan_http_requests_total{method,route,status},
// rakkan_http_request_seconds{method,route}.
class RouteMetrics {
 public:
  RouteMetrics() = default;
  void observe(unsigned status, std::chrono::nanoseconds duration) const noexcept;

 private:
  friend class Metrics;
  struct Impl;
  Impl* impl_ = nullptr;
};

enum class WatchedKind : std::uint8_t { gauge, counter };

struct Sample {
  Labels labels;
  double value = 0;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The counter of a name with labels; the same name and labels give the same number. To be called at the start, not
  // for each request.
  [[nodiscard]] Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  // A histogram in seconds, with buckets from 50 µs to 10 s unless others are given.
  [[nodiscard]] Histogram histogram(const std::string& name, const std::string& help, const Labels& labels = {},
                                    const std::vector<double>& buckets = {});
  [[nodiscard]] RouteMetrics route(const std::string& method, const std::string& route);

  // Watch is a number that `read` returns. `read` is called at each text(), on its caller's thread; the things that it
  // reads outlive the Metrics or the returned Watch.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&&) noexcept = default;
    Watch& operator=(Watch&&) noexcept = default;
    ~Watch() = default;  // ends the watching

   private:
    friend class Metrics;
    std::shared_ptr<void> kept_;
  };
  [[nodiscard]] Watch watch(WatchedKind kind, std::string name, std::string help, std::function<double()> read);
  [[nodiscard]] Watch watch_each(WatchedKind kind, std::string name, std::string help,
                                 std::function<std::vector<Sample>()> read);

  // All numbers in the text format of Prometheus (text/plain; version=0.0.4).
  [[nodiscard]] std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::telemetry
