#include "rakkan/telemetry/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <list>
#include <map>
#include <mutex>

namespace rakkan::telemetry {
namespace {

constexpr unsigned kFirstStatus = 100;
constexpr unsigned kStatuses = 500;

// The buckets' bounds in seconds, from a P-256 signature in a software token to a slow authority.
const std::vector<double> kSeconds{0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02,
                                   0.05,    0.1,    0.2,    0.5,    1,     2,     5,     10};

prometheus::Labels labels_of(const Labels& labels) { return {labels.begin(), labels.end()}; }

struct Watched {
  WatchedKind kind{};
  std::string name;
  std::string help;
  std::function<std::vector<Sample>()> read;
};

prometheus::MetricFamily family_of(const Watched& watched) {
  prometheus::MetricFamily family;
  family.name = watched.name;
  family.help = watched.help;
  family.type = watched.kind == WatchedKind::gauge ? prometheus::MetricType::Gauge : prometheus::MetricType::Counter;
  for (const Sample& sample : watched.read()) {
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    for (const auto& [name, value] : sample.labels) {
      metric.label.push_back({name, value});
    }
    (watched.kind == WatchedKind::gauge ? metric.gauge.value : metric.counter.value) = sample.value;
  }
  return family;
}

}  // namespace

void Counter::add(double amount) const noexcept {
  if (counter_ != nullptr) {
    static_cast<prometheus::Counter*>(counter_)->Increment(amount);
  }
}

void Histogram::observe(double value) const noexcept {
  if (histogram_ != nullptr) {
    static_cast<prometheus::Histogram*>(histogram_)->Observe(value);
  }
}

void Histogram::observe(std::chrono::nanoseconds duration) const noexcept {
  observe(std::chrono::duration<double>(duration).count());
}

struct RouteMetrics::Impl {
  Impl(prometheus::Family<prometheus::Counter>& counters, prometheus::Histogram& times, prometheus::Labels names)
      : requests(counters), seconds(times), labels(std::move(names)) {}

  // The counter of a status, made at its first use.
  prometheus::Counter& counter(unsigned status) {
    std::atomic<prometheus::Counter*>& place = by_status.at(status - kFirstStatus);
    prometheus::Counter* known = place.load(std::memory_order_acquire);
    if (known == nullptr) {
      prometheus::Labels with_status = labels;
      with_status["status"] = std::to_string(status);
      known = &requests.Add(with_status);  // the same labels give the same counter: a race is harmless
      place.store(known, std::memory_order_release);
    }
    return *known;
  }

  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Histogram& seconds;
  prometheus::Labels labels;
  std::array<std::atomic<prometheus::Counter*>, kStatuses> by_status{};
};

void RouteMetrics::observe(unsigned status, std::chrono::nanoseconds duration) const noexcept {
  if (impl_ == nullptr || status < kFirstStatus || status >= kFirstStatus + kStatuses) {
    return;
  }
  impl_->counter(status).Increment();
  impl_->seconds.Observe(std::chrono::duration<double>(duration).count());
}

struct Metrics::Impl {
  prometheus::Registry registry;
  std::mutex mutex;
  std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
  std::map<std::string, prometheus::Family<prometheus::Histogram>*> histograms;
  std::list<RouteMetrics::Impl> routes;
  std::list<std::weak_ptr<Watched>> watched;

  prometheus::Family<prometheus::Counter>& counter_family(const std::string& name, const std::string& help) {
    auto& family = counters[name];
    if (family == nullptr) {
      family = &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    return *family;
  }
  prometheus::Family<prometheus::Histogram>& histogram_family(const std::string& name, const std::string& help) {
    auto& family = histograms[name];
    if (family == nullptr) {
      family = &prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    }
    return *family;
  }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::scoped_lock lock(impl_->mutex);
  Counter handle;
  handle.counter_ = &impl_->counter_family(name, help).Add(labels_of(labels));
  return handle;
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const Labels& labels,
                             const std::vector<double>& buckets) {
  const std::scoped_lock lock(impl_->mutex);
  Histogram handle;
  handle.histogram_ = &impl_->histogram_family(name, help).Add(labels_of(labels), buckets.empty() ? kSeconds : buckets);
  return handle;
}

RouteMetrics Metrics::route(const std::string& method, const std::string& route) {
  const std::scoped_lock lock(impl_->mutex);
  prometheus::Labels labels{{"method", method}, {"route", route}};
  prometheus::Histogram& seconds =
      impl_->histogram_family("rakkan_http_request_seconds", "From the request's first byte to its answer's last")
          .Add(labels, kSeconds);
  RouteMetrics handle;
  handle.impl_ = &impl_->routes.emplace_back(impl_->counter_family("rakkan_http_requests_total", "Answered requests"),
                                             seconds, std::move(labels));
  return handle;
}

Metrics::Watch Metrics::watch(WatchedKind kind, std::string name, std::string help, std::function<double()> read) {
  return watch_each(kind, std::move(name), std::move(help),
                    [read = std::move(read)] { return std::vector<Sample>{{{}, read()}}; });
}

Metrics::Watch Metrics::watch_each(WatchedKind kind, std::string name, std::string help,
                                   std::function<std::vector<Sample>()> read) {
  auto watched = std::make_shared<Watched>(Watched{kind, std::move(name), std::move(help), std::move(read)});
  const std::scoped_lock lock(impl_->mutex);
  impl_->watched.push_back(watched);
  Watch handle;
  handle.kept_ = std::move(watched);
  return handle;
}

std::string Metrics::text() const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  std::vector<std::shared_ptr<Watched>> watched;
  {
    const std::scoped_lock lock(impl_->mutex);
    std::erase_if(impl_->watched, [](const auto& one) { return one.expired(); });
    for (const auto& one : impl_->watched) {
      if (auto kept = one.lock()) {
        watched.push_back(std::move(kept));
      }
    }
  }
  std::transform(watched.begin(), watched.end(), std::back_inserter(families),
                 [](const auto& one) { return family_of(*one); });
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace rakkan::telemetry
