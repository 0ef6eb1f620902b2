#include "rakkan/api/api.hpp"

#include <algorithm>

#include "api/access.hpp"
#include "api/endpoints.hpp"
#include "api/json_request.hpp"
#include "api/telemetry_observer.hpp"

namespace rakkan::api {
namespace {

constexpr std::uint64_t kQuery = 4 * 1024;  // of a timestamp request

std::chrono::nanoseconds backlog(const Api::Context& context, Needs needs) {
  const service::ServiceState::Waits waits = context.environment.state.waits();
  switch (needs) {
    case Needs::keys:
      return waits.hsm;
    case Needs::documents:
      return std::max(waits.cpu, waits.hsm);
    case Needs::pins:
      return waits.pin;
    case Needs::records:
      return std::max(waits.store, context.blocking.wait());
  }
  return waits.hsm;
}

async::Task<Result<Response>> answer(Endpoint endpoint, Context& context, Request& request) {
  Result<Response> response = co_await endpoint(context, request);
  if (!response) {
    co_return fail(as_request_error(std::move(response).error()));
  }
  co_return response;
}

}  // namespace

ApiOptions api_options(const http::Options& options, std::uint64_t document) {
  ApiOptions result;
  result.tsa_open = options.tsa_open;
  result.document = document;
  result.json = options.limits.body;
  result.deadline = options.timeouts.deadline;
  result.queue_delay = options.limits.queue_delay;
  return result;
}

Api::Api(const ApiOptions& options, ApiEnvironment environment)
    : context_(std::make_unique<Context>(options, environment)),
      observer_(std::make_unique<TelemetryObserver>(*context_)),
      housekeeping_(options.housekeeping ? std::make_unique<service::Housekeeping>(service::Housekeeping::Environment{
                                               environment.state, environment.signing, environment.idempotency,
                                               environment.refusals, context_->readiness, context_->refused,
                                               environment.clock, environment.log, environment.metrics})
                                         : nullptr),
      resumption_(options.housekeeping ? std::make_unique<service::Resumption>(environment.signing) : nullptr) {
  observer_->knows(router());
  observer_->knows(metrics_router());
}

Api::~Api() = default;

Router Api::router() {
  Context& context = *context_;
  const ApiOptions& options = context.options;
  Router router;
  const auto add = [&](Method method, std::string path, Scope scope, Needs needs, std::uint64_t body, Endpoint endpoint,
                       std::vector<std::string_view> query = {}) -> Route& {
    return router.add({method, std::move(path), scope, body,
                       [&context, endpoint](Request& request) { return answer(endpoint, context, request); }, needs,
                       std::move(query)});
  };
  add(Method::post, "/v1/signatures", Scope::sign, Needs::documents, options.document + options.json + Limits::kForm,
      post_signatures, {kProofParameter});
  add(Method::get, "/v1/signatures", Scope::sign, Needs::records, 0, get_signatures,
      {kCredentialParameter, kFromParameter, kToParameter, kDocumentDigestParameter, kOrderParameter, kLimitParameter,
       kCursorParameter});
  add(Method::get, "/v1/signatures:pending", Scope::sign, Needs::records, 0, get_pending_signatures).also =
      Scope::admin;
  add(Method::post, "/v1/signatures/{id}:finish", Scope::sign, Needs::documents, options.document + Limits::kForm,
      post_finish)
      .also = Scope::admin;
  add(Method::post, "/v1/signatures/{id}:abandon", Scope::admin, Needs::records, 0, post_abandon);
  add(Method::get, "/v1/signatures/{id}", Scope::sign, Needs::records, 0, get_signature);
  add(Method::post, "/v1/augmentations", Scope::augment, Needs::documents,
      options.document + options.json + Limits::kForm, post_augmentations);
  add(Method::post, "/v1/evidence:check", Scope::admin, Needs::keys, 0, post_evidence_check);
  add(Method::get, "/v1/signatures/{id}/evidence", Scope::sign, Needs::records, 0, get_evidence);
  add(Method::post, "/v1/cms", Scope::sign, Needs::keys, options.json, post_cms, {kProofParameter});
  add(Method::post, "/v1/cms:batch", Scope::sign, Needs::keys, options.batch, post_cms_batch);
  add(Method::post, "/v1/activations", Scope::sign, Needs::pins, options.json, post_activations);
  add(Method::delete_, "/v1/activations/{id}", Scope::sign, Needs::records, 0, delete_activation);
  add(Method::post, "/tsa", Scope::timestamp, Needs::keys, kQuery, post_tsa).open = options.tsa_open;
  add(Method::get, "/v1/audit/proofs/{index}", Scope::audit, Needs::records, 0, get_audit_proof, {kJournalParameter});
  add(Method::get, "/v1/audit/checkpoint", Scope::audit, Needs::records, 0, get_audit_checkpoint, {kJournalParameter});
  add(Method::get, "/v1/credentials", Scope::sign, Needs::records, 0, get_credentials).also = Scope::admin;
  add(Method::get, "/v1/credentials/{id}", Scope::sign, Needs::records, 0, get_credential).also = Scope::admin;
  add(Method::post, "/v1/credentials", Scope::admin, Needs::records, options.json, post_credentials);
  add(Method::post, "/v1/credentials:adopt", Scope::admin, Needs::records, options.json, post_adopted_credential);
  add(Method::post, "/v1/credentials/{id}/rotate", Scope::admin, Needs::records, options.json, post_rotate);
  add(Method::post, "/v1/credentials/{id}/csr", Scope::admin, Needs::records, options.json, post_csr);
  add(Method::post, "/v1/credentials/{id}/certificate", Scope::admin, Needs::records, kLargestCertificateFile,
      post_certificate, {kChainParameter, kAtParameter});
  add(Method::post, "/v1/credentials/{id}/disable", Scope::admin, Needs::records, 0, post_disable);
  add(Method::put, "/v1/credentials/{id}/pin", Scope::sign, Needs::pins, options.json, put_pin);
  add(Method::post, "/v1/credentials/{id}/pin-code", Scope::admin, Needs::pins, 0, post_pin_code);
  add(Method::delete_, "/v1/credentials/{id}/pin-code", Scope::admin, Needs::pins, 0, delete_pin_code);
  add(Method::post, "/v1/credentials/{id}/pin", Scope::admin, Needs::pins, options.json, post_pin);
  add(Method::post, "/v1/credentials/{id}/pin-reset", Scope::admin, Needs::pins, options.json, post_pin_reset);
  add(Method::get, "/v1/tenants", Scope::admin, Needs::records, 0, get_tenants);
  add(Method::get, "/v1/keys", Scope::admin, Needs::records, 0, get_keys);
  add(Method::post, "/v1/keys", Scope::admin, Needs::records, options.json, post_keys);
  add(Method::delete_, "/v1/keys/{id}", Scope::admin, Needs::records, 0, delete_key);
  add(Method::post, "/v1/audit/erase", Scope::admin, Needs::records, kLargestErasure, post_erasure);
  add(Method::post, "/v1/backup", Scope::admin, Needs::records, options.json, post_backup);
  context.audit.add_routes(router);
  add(Method::get, "/healthz", Scope::none, Needs::records, 0, get_health).polled = true;
  add(Method::get, "/readyz", Scope::none, Needs::records, 0, get_readiness).polled = true;
  add(Method::get, "/", Scope::none, Needs::records, 0, get_index);
  add(Method::get, "/v1/version", Scope::none, Needs::records, 0, get_version);
  add(Method::get, "/openapi.json", Scope::none, Needs::records, 0, get_openapi);
  add(Method::get, "/openapi.yaml", Scope::none, Needs::records, 0, get_openapi_yaml);
  add(Method::get, "/problems/{code}", Scope::none, Needs::records, 0, get_problem);
  router.backlog([&context](Needs needs) { return backlog(context, needs); });
  router.guard([&context](const Route& route, Request& request) { return check_access(context, route, request); });
  return router;
}

Router Api::metrics_router() {
  Context& context = *context_;
  Router router;
  router.add({Method::get, "/metrics", Scope::none, 0,
              [&context](Request& request) { return get_metrics(context, request); }});
  return router;
}

Observer& Api::observer() noexcept { return *observer_; }

void Api::begin_drain() noexcept { context_->draining = true; }

}  // namespace rakkan::api
