// Context is the state that the endpoints share.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "api/http_names.hpp"
#include "api/key_holder.hpp"
#include "rakkan/api/api.hpp"
#include "rakkan/api/audit_api.hpp"
#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/service/readiness.hpp"
#include "rakkan/service/signing_desk.hpp"
#include "rakkan/telemetry/counted_refusals.hpp"
#include "rakkan/telemetry/repeated_failures.hpp"

namespace rakkan::api {

struct Api::Context {
  Context(const ApiOptions& given, ApiEnvironment around)
      : options(given),
        environment(around),
        readiness([this] { return environment.state.readiness(); }, [this] { return environment.state.warnings(); },
                  around.log),
        failures(around.log),
        refused(around.log),
        blocking({"store", 2, 1'024}),
        changes({"admin", 1, 64}),
        audit(around.archive),
        desk(around.signing, around.idempotency, around.trail, blocking, given.deadline) {}

  ApiOptions options;
  ApiEnvironment environment;
  std::atomic<bool> draining{false};
  service::Readiness readiness;
  telemetry::RepeatedFailures failures;  // failures that no answer's status shows
  telemetry::CountedRefusals refused;    // refusals that are counted in the log instead of having a line each
  // Reads of store and log files, changes of API keys: work that would block an I/O thread and needs neither a key of a
  // token nor much CPU.
  async::BoundedPool blocking;
  async::BoundedPool changes;  // of credentials and records, one after another
  AuditApi audit;
  service::SigningDesk desk;
};

using Context = Api::Context;

// An endpoint. Context and request outlive the task.
using Endpoint = async::Task<Result<Response>> (*)(Context& context, Request& request);

// Runs fn on the blocking pool within the request's time.
template <class Fn>
[[nodiscard]] async::Task<std::invoke_result_t<Fn>> blocking(Context& context, const Request& request, Fn fn) {
  co_return co_await async::run_on(context.blocking, std::move(fn), request.deadline, request.owner());
}

// Records in the trail that this caller was refused, for refusals that come from no use case.
void note_refusal(Context& context, const Request& request, ErrorCode code);

// Succeeds while the caller's key is still as good as when the request was taken on; else records the refusal.
// api_key_expired. The request has a principal.
[[nodiscard]] Result<void> check_still_stands(Context& context, const Request& request);

}  // namespace rakkan::api
