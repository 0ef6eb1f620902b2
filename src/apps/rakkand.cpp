// rakkand, the server: wires the modules and decides nothing. Parts are destroyed in the reverse order of their making:
// the listeners, then the API, then pools and trail.
#include "serve.hpp"

#include <thread>
#include <utility>

#include "rakkan/access/api_keys.hpp"
#include "rakkan/access/refusals.hpp"
#include "rakkan/api/api.hpp"
#include "rakkan/api/descriptors.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/service_manager.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/config/configuration.hpp"
#include "rakkan/http/server.hpp"
#include "rakkan/preflight/preflight.hpp"
#include "rakkan/service/archive.hpp"
#include "rakkan/service/backup.hpp"
#include "rakkan/service/embedded_service.hpp"
#include "rakkan/service/idempotency.hpp"
#include "rakkan/telemetry/log.hpp"
#include "rakkan/telemetry/metrics.hpp"
#include "rakkan/telemetry/process_metrics.hpp"

namespace rakkan::apps {
namespace {

using Event = ServiceManager::Event;

void reload(const ServiceManager& manager, http::Server& server, telemetry::Log& log) {
  manager.reloading();
  if (const auto reloaded = server.reload_tls(); !reloaded) {
    log.failure("the old certificate stays in use", reloaded.error());
  } else {
    log.write(LogLevel::info, "certificates were read again");
  }
  manager.ready();
}

void run(const ServiceManager& manager, http::Server& server, telemetry::Log& log) {
  for (Event event = manager.wait(); event != Event::stop; event = manager.wait()) {
    if (event == Event::reload) {
      reload(manager, server, log);
    }
    if (server.alive()) {
      manager.alive();
    }
  }
}

}  // namespace

Result<void> serve(config::Configuration& configuration, const ServiceManager& manager) {
  RAKKAN_CHECK(preflight::check_options(configuration));
  configuration.http.timeouts.deadline = configuration.service.deadline;
  const SystemClock clock;
  RAKKAN_TRY(const auto log, telemetry::Log::open(configuration.telemetry.log, clock));
  RAKKAN_CHECK(api::fit_descriptors(configuration.http, configuration.service, *log));
  telemetry::Metrics metrics;
  RAKKAN_TRY(const auto embedded,
             service::EmbeddedService::open(preflight::embedded_options(configuration, "rakkand")));
  const access::Recorder record = access::recorder_of(embedded->trail());
  RAKKAN_TRY(const auto keys, access::ApiKeys::open(embedded->store(), record, clock, embedded->random()));
  RAKKAN_TRY(const auto idempotency,
             service::Idempotency::open(embedded->store(), clock, embedded->random(), configuration.http.idempotency));
  const service::Archive archive(embedded->store(), configuration.data_dir);
  service::Backup backup({embedded->store(), embedded->trail(), clock, configuration.data_dir, RAKKAN_VERSION,
                          [&configuration] { return preflight::configuration_of_copy(configuration); }});
  api::Api api(api::api_options(configuration.http, configuration.service.limits.document),
               {.signing = embedded->service().signing(),
                .state = embedded->service().state(),
                .credentials = embedded->service().credentials(),
                .pins = embedded->service().activation(),
                .keys = *keys,
                .idempotency = *idempotency,
                .refusals = embedded->service().refusals(),
                .trail = embedded->trail(),
                .clock = clock,
                .log = *log,
                .metrics = metrics,
                .archive = archive,
                .backup = backup});
  // The keys are opened before the first request, which then does not wait for a token. A key that does not open is
  // tried again as long as /readyz is red.
  for (const Error& trouble : async::block_on(embedded->service().open_keys())) {
    log->failure("a key did not open", trouble);
  }
  // The API's listener is started last, so that no request is accepted by a process that ends because an address is
  // taken.
  RAKKAN_TRY(const auto scraped, http::Server::start(http::metrics_listener(configuration.http), api.metrics_router(),
                                                     embedded->random(), api.observer()));
  http::ServerOptions listener = http::api_listener(configuration.http);
  listener.local_socket = http::admin_socket(configuration.http, configuration.data_dir);
  RAKKAN_TRY(const auto server,
             http::Server::start(std::move(listener), api.router(), embedded->random(), api.observer()));
  const auto watches = api::watch(metrics, *server);
  const auto process = telemetry::watch_process(metrics, RAKKAN_VERSION);
  const std::string folder = configuration.data_dir.string();
  log->write(LogLevel::info, "rakkand serves",
             {{"version", std::string_view(RAKKAN_VERSION)},
              {"address", std::string_view(configuration.http.listen.address)},
              {"port", std::uint64_t{server->port()}},
              {"tls", configuration.http.listen.tls.enabled()},
              {"metrics_port", std::uint64_t{scraped->port()}},
              {"data_folder", std::string_view(folder)},
              {"profile", std::string_view(configuration.profile)}});
  manager.ready();
  run(manager, *server, *log);
  manager.stopping();
  api.begin_drain();
  std::this_thread::sleep_for(configuration.http.timeouts.notice);
  server->drain();
  log->write(LogLevel::info, "rakkand stops");
  return {};
}

}  // namespace rakkan::apps
