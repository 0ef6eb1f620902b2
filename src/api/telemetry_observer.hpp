// TelemetryObserver writes the server's events as lines of the log and counts them as metrics.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/context.hpp"
#include "api/sampled_line.hpp"

namespace rakkan::api {

class TelemetryObserver final : public Observer {
 public:
  explicit TelemetryObserver(Context& context);

  // Prepares the metrics of a router's routes, so that counting needs no look-up by label.
  void knows(const Router& router);

  void started(const Request& request) noexcept override;
  void served(const Served& served) noexcept override;
  void failed(const Request& request, const Error& error) noexcept override;
  void connection_opened() noexcept override;
  void connection_closed() noexcept override;
  void connection_failed(const IpAddress& peer, const Error& error) noexcept override;
  void exception(const Request& request, std::string_view what) noexcept override;

 private:
  Context& context_;
  struct ByRoute {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const noexcept {
      const int order = std::string_view(a.first).compare(b.first);
      return order < 0 || (order == 0 && a.second < b.second);
    }
  };
  struct Known {
    telemetry::RouteMetrics numbers;
    std::unique_ptr<SampledLine> sampled;  // for a polled route; null: every answer has its line
  };
  [[nodiscard]] const Known& known(const Request& request) const noexcept;

  std::map<std::pair<std::string, Method>, Known, ByRoute> routes_;
  Known no_route_;
  telemetry::Counter received_;
  telemetry::Counter sent_;
  telemetry::Counter broken_;
  telemetry::Counter exceptions_;
  std::atomic<std::int64_t> connections_{0};
  std::atomic<std::int64_t> in_flight_{0};
  std::vector<telemetry::Metrics::Watch> watches_;
};

}  // namespace rakkan::api
