// Api is the server's HTTP API: the routes of docs/api/openapi.yaml on a SigningService, the access to them, and their
// log lines and metrics. Each endpoint is a file in src/api.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "rakkan/access/api_keys.hpp"
#include "rakkan/access/refusals.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/http/observer.hpp"
#include "rakkan/http/options.hpp"
#include "rakkan/http/router.hpp"
#include "rakkan/http/server.hpp"
#include "rakkan/service/archive.hpp"
#include "rakkan/service/backup.hpp"
#include "rakkan/service/housekeeping.hpp"
#include "rakkan/service/idempotency.hpp"
#include "rakkan/service/resumption.hpp"
#include "rakkan/service/service_state.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/telemetry/log.hpp"
#include "rakkan/telemetry/metrics.hpp"

namespace rakkan::credentials {
class Activation;
class CredentialRegistry;
}  // namespace rakkan::credentials

namespace rakkan::api {

struct ApiOptions {
  bool tsa_open = false;                       // /tsa answers callers without a key
  std::uint64_t document = 0;                  // bytes of the largest document
  std::uint64_t json = 64 * 1024;              // bytes of a JSON body, of one line of a batch
  std::uint64_t batch = 64ULL << 20;           // bytes of all lines
  std::chrono::milliseconds deadline{30'000};  // of one request
  std::chrono::milliseconds queue_delay{0};    // Limits::queue_delay
  bool housekeeping = true;                    // background work; false: a program that answers one request and ends
};

// The options of the API among those of the server. `document`: bytes of the largest document.
[[nodiscard]] ApiOptions api_options(const http::Options& options, std::uint64_t document);

struct ApiEnvironment {  // everything that it refers to outlives the Api
  service::SigningService& signing;
  const service::ServiceState& state;
  credentials::CredentialRegistry& credentials;
  credentials::Activation& pins;
  access::ApiKeys& keys;
  service::Idempotency& idempotency;
  access::Refusals& refusals;
  audit::Trail& trail;
  const Clock& clock;
  telemetry::Log& log;
  telemetry::Metrics& metrics;
  const service::Archive& archive;
  service::Backup& backup;
};

// A server's open connections and its memory, as metrics. The server outlives the watches.
[[nodiscard]] std::vector<telemetry::Metrics::Watch> watch(telemetry::Metrics& metrics, const http::Server& server);

class Api {
 public:
  Api(const ApiOptions& options, ApiEnvironment environment);
  ~Api();  // only after the servers that use its routers have ended

  [[nodiscard]] http::Router router();          // everything but metrics
  [[nodiscard]] http::Router metrics_router();  // GET /metrics
  [[nodiscard]] http::Observer& observer() noexcept;

  // Makes /readyz answer 503 from now on, so that the load balancer sends no more requests.
  void begin_drain() noexcept;

  struct Context;  // the state that the endpoints share; src/api/context.hpp

 private:
  std::unique_ptr<Context> context_;
  std::unique_ptr<class TelemetryObserver> observer_;
  std::unique_ptr<service::Housekeeping> housekeeping_;
  std::unique_ptr<service::Resumption> resumption_;
};

}  // namespace rakkan::api
