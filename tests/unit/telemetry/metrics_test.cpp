#include "rakkan/telemetry/metrics.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace rakkan::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, ARouteCountsByStatusAndMeasures) {
  Metrics metrics;
  const RouteMetrics route = metrics.route("POST", "/v1/cms");
  route.observe(200, std::chrono::microseconds(1'500));
  route.observe(200, std::chrono::microseconds(1'500));
  route.observe(503, std::chrono::microseconds(10));
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("rakkan_http_requests_total{method=\"POST\",route=\"/v1/cms\",status=\"200\"} 2"));
  EXPECT_THAT(text, HasSubstr("rakkan_http_requests_total{method=\"POST\",route=\"/v1/cms\",status=\"503\"} 1"));
  EXPECT_THAT(text, HasSubstr("rakkan_http_request_seconds_count{method=\"POST\",route=\"/v1/cms\"} 3"));
  EXPECT_THAT(text, HasSubstr("rakkan_http_request_seconds_bucket{method=\"POST\",route=\"/v1/cms\",le=\"0.002\"} 3"));
  EXPECT_THAT(text, HasSubstr("rakkan_http_request_seconds_bucket{method=\"POST\",route=\"/v1/cms\",le=\"0.001\"} 1"));
}

TEST(Metrics, AStatusOutsideOfHttpIsNotCounted) {
  Metrics metrics;
  const RouteMetrics route = metrics.route("GET", "/healthz");
  route.observe(0, std::chrono::microseconds(1));
  route.observe(600, std::chrono::microseconds(1));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("rakkan_http_requests_total{")));
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameNumber) {
  Metrics metrics;
  metrics.counter("rakkan_hsm_signatures_total", "Signatures", {{"outcome", "ok"}}).add();
  metrics.counter("rakkan_hsm_signatures_total", "Signatures", {{"outcome", "ok"}}).add(2);
  metrics.counter("rakkan_hsm_signatures_total", "Signatures", {{"outcome", "failed"}}).add();
  EXPECT_THAT(metrics.text(), HasSubstr("rakkan_hsm_signatures_total{outcome=\"ok\"} 3"));
  EXPECT_THAT(metrics.text(), HasSubstr("rakkan_hsm_signatures_total{outcome=\"failed\"} 1"));
}

TEST(Metrics, WatchedNumbersAreReadAtEachScrapeUntilTheirWatchEnds) {
  Metrics metrics;
  double depth = 3;
  {
    const Metrics::Watch watch =
        metrics.watch(WatchedKind::gauge, "rakkan_queue_waiting", "Jobs that wait", [&] { return depth; });
    EXPECT_THAT(metrics.text(), HasSubstr("rakkan_queue_waiting 3"));
    depth = 5;
    EXPECT_THAT(metrics.text(), HasSubstr("rakkan_queue_waiting 5"));
  }
  EXPECT_THAT(metrics.text(), Not(HasSubstr("rakkan_queue_waiting")));
}

TEST(Metrics, OneWatchMayGiveManySamples) {
  Metrics metrics;
  const auto watch = metrics.watch_each(WatchedKind::counter, "rakkan_pool_refused_total", "Refused jobs", [] {
    return std::vector<Sample>{{{{"pool", "cpu"}}, 1}, {{{"pool", "hsm"}}, 2}};
  });
  EXPECT_THAT(metrics.text(), HasSubstr("# TYPE rakkan_pool_refused_total counter"));
  EXPECT_THAT(metrics.text(), HasSubstr("rakkan_pool_refused_total{pool=\"hsm\"} 2"));
}

TEST(Metrics, ManyThreadsLoseNoCount) {
  Metrics metrics;
  const RouteMetrics route = metrics.route("POST", "/tsa");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) {
        route.observe(200, std::chrono::microseconds(100));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(metrics.text(),
              HasSubstr("rakkan_http_requests_total{method=\"POST\",route=\"/tsa\",status=\"200\"} 40000"));
}

TEST(Metrics, ADefaultHandleCountsNothing) {
  const Counter counter;
  const Histogram histogram;
  const RouteMetrics route;
  EXPECT_NO_FATAL_FAILURE(counter.add());
  EXPECT_NO_FATAL_FAILURE(histogram.observe(1.0));
  EXPECT_NO_FATAL_FAILURE(route.observe(200, std::chrono::microseconds(1)));
}

}  // namespace
}  // namespace rakkan::telemetry
