#include "api/telemetry_observer.hpp"

#include "api/endpoints.hpp"
#include "api/watches.hpp"

namespace rakkan::api {
namespace {

using telemetry::WatchedKind;

constexpr std::string_view kKeyPrincipal = "key:";

// True for refusals that anybody can cause in any number: they are counted in the log instead of having a line each.
bool is_counted(ErrorCode code) noexcept {
  return row(code).http_status == 401 || code == ErrorCode::rate_limited || code == ErrorCode::overloaded;
}

}  // namespace

TelemetryObserver::TelemetryObserver(Context& context) : context_(context) {
  telemetry::Metrics& metrics = context.environment.metrics;
  no_route_.numbers = metrics.route("other", "none");
  received_ = metrics.counter("rakkan_http_received_bytes_total", "Bytes of request bodies");
  sent_ = metrics.counter("rakkan_http_sent_bytes_total", "Bytes of answers' bodies");
  broken_ = metrics.counter("rakkan_http_connections_failed_total", "Connections refused, timed out, broken, not HTTP");
  exceptions_ = metrics.counter("rakkan_http_exceptions_total", "Exceptions that reached a session: faults of ours");
  const auto watch = [&](WatchedKind kind, const char* name, const char* help, std::function<double()> read) {
    watches_.push_back(metrics.watch(kind, name, help, std::move(read)));
  };
  const auto number = [](auto value) { return static_cast<double>(value); };
  watch(WatchedKind::gauge, "rakkan_http_connections", "Open connections",
        [=, this] { return number(connections_.load()); });
  watch(WatchedKind::gauge, "rakkan_http_requests_in_flight", "Requests that are worked on",
        [=, this] { return number(in_flight_.load()); });
  for (telemetry::Metrics::Watch& one : api::watch(context.environment)) {
    watches_.push_back(std::move(one));
  }
}

void TelemetryObserver::knows(const Router& router) {
  for (const Route& route : router.routes()) {
    routes_.try_emplace({route.path, route.method},
                        Known{context_.environment.metrics.route(std::string(name(route.method)), route.path),
                              route.polled ? std::make_unique<SampledLine>() : nullptr});
  }
}

const TelemetryObserver::Known& TelemetryObserver::known(const Request& request) const noexcept {
  const Method method = request.method == Method::head ? Method::get : request.method;
  const auto found = routes_.find(std::pair<std::string_view, Method>(request.route, method));
  return found == routes_.end() ? no_route_ : found->second;
}

void TelemetryObserver::started(const Request& /*request*/) noexcept { ++in_flight_; }

void TelemetryObserver::served(const Served& served) noexcept {
  --in_flight_;
  const Request& request = served.request;
  const Known& route = known(request);
  route.numbers.observe(served.status, served.taken);
  received_.add(static_cast<double>(served.received));
  sent_.add(static_cast<double>(served.sent));
  if (route.sampled != nullptr && !route.sampled->takes(served.status, std::chrono::steady_clock::now())) {
    return;
  }
  const std::optional<ErrorCode> error = error_code_from_slug(served.problem);
  const access::Principal* const principal = principal_or_null(request);
  if (error && is_counted(*error)) {
    const std::string_view tenant = principal != nullptr ? std::string_view(principal->tenant.value()) : "";
    if (!context_.refused.takes(*error, request.peer, tenant, std::chrono::steady_clock::now())) {
      return;
    }
  }
  telemetry::RequestLine line;
  line.request_id = request.id;
  line.trace_id = request.trace ? std::string_view(request.trace->trace_id) : std::string_view();
  line.method = name(request.method);
  line.route = request.route;
  line.status = served.status;
  line.duration = std::chrono::duration_cast<std::chrono::microseconds>(served.taken);
  const std::string peer = to_string(request.peer);
  line.peer = peer;
  if (principal != nullptr) {
    line.key_id = principal->id;
    line.key_id.remove_prefix(line.key_id.starts_with(kKeyPrincipal) ? kKeyPrincipal.size() : 0);
    line.tenant = principal->tenant.value();
  }
  line.error = error;
  context_.environment.log.request(line);
}

// A caller's mistake shows in the line of its request. An error of ours gets a line of its own with the details, unless
// such errors come by the thousand.
void TelemetryObserver::failed(const Request& request, const Error& error) noexcept {
  if (row(error.code).http_status >= 500 && error.code != ErrorCode::overloaded) {
    context_.environment.log.failure("a request failed", error, request.id);
  }
  if (error.code == ErrorCode::rate_limited) {
    note_refusal(context_, request, error.code);
  }
}

void TelemetryObserver::connection_opened() noexcept { ++connections_; }
void TelemetryObserver::connection_closed() noexcept { --connections_; }

void TelemetryObserver::connection_failed(const IpAddress& peer, const Error& error) noexcept {
  broken_.add();
  const std::string address = to_string(peer);
  context_.environment.log.write(LogLevel::debug, "a connection failed",
                                 {{"peer", std::string_view(address)}, {"error", row(error.code).slug}});
}

void TelemetryObserver::exception(const Request& request, std::string_view what) noexcept {
  exceptions_.add();
  context_.environment.log.write(LogLevel::critical, "an exception reached the session",
                                 {{"request_id", request.id}, {"route", request.route}, {"what", what}});
}

}  // namespace rakkan::api
