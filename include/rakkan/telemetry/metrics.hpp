// Metrics in the text format of Prometheus. Whoever counts holds a handle: a pointer to the number itself, so that the
// hot path looks nothing up. What somebody else counts already (pools, the trail, the byte budget) is watched: read
// when somebody scrapes.
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

// Handles are cheap to copy, thread-safe, and live as long as their Metrics. A default one counts nothing.
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
  void observe(std::chrono::nanoseconds duration) const noexcept;  // in seconds
  void observe(double value) const noexcept;

 private:
  friend class Metrics;
  void* histogram_ = nullptr;
};

// Requests of one route: rakkan_http_requests_total{method,route,status}, rakkan_http_request_seconds{method,route}.
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

  // The same name and labels give the same number. Called at start, not per request.
  [[nodiscard]] Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  // Seconds; buckets from 50 µs to 10 s unless said otherwise.
  [[nodiscard]] Histogram histogram(const std::string& name, const std::string& help, const Labels& labels = {},
                                    const std::vector<double>& buckets = {});
  [[nodiscard]] RouteMetrics route(const std::string& method, const std::string& route);

  // `read` is called at each text(), on its caller's thread; what it reads outlives the Metrics or the returned watch.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&&) noexcept = default;
    Watch& operator=(Watch&&) noexcept = default;
    ~Watch() = default;  // ends it

   private:
    friend class Metrics;
    std::shared_ptr<void> kept_;
  };
  [[nodiscard]] Watch watch(WatchedKind kind, std::string name, std::string help, std::function<double()> read);
  [[nodiscard]] Watch watch_each(WatchedKind kind, std::string name, std::string help,
                                 std::function<std::vector<Sample>()> read);

  // text/plain; version=0.0.4
  [[nodiscard]] std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::telemetry
