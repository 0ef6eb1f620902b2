// GET /v1/signatures:pending, POST /v1/signatures/{id}:finish and :abandon: signatures that have their value and wait
// for their timestamp.
#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "api/signature_answer.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::api {

async::Task<Result<Response>> get_pending_signatures(Context& context, Request& request) {
  const auto all = context.environment.signing.pending_signatures(principal_of(request));
  json::ObjectWriter json;
  json.raw("signatures", json::array_of(all, [&](const service::PendingSignature& one) {
             json::ObjectWriter line = describe(one);
             if (is_operator(request)) {
               line.text("tenant", one.tenant.value());
             }
             return std::move(line).finish();
           }));
  Response response = Response::json(std::move(json).finish() + "\n");
  response.header("Cache-Control", "no-store");
  co_return response;
}

async::Task<Result<Response>> post_finish(Context& context, Request& request) {
  SignatureId id{std::string(request.parameter("id"))};
  RAKKAN_CO_TRY(const service::StoredSignature stored,
                co_await context.environment.signing.finish_signature(
                    principal_of(request), std::move(id), service::SigningService::When::at_once, request.deadline));
  json::ObjectWriter json = describe(stored);
  json.plain("tail", to_base64(stored.tail));
  Response response = Response::json(std::move(json).finish() + "\n");
  add_signature_headers(response, stored);
  co_return response;
}

async::Task<Result<Response>> post_abandon(Context& context, Request& request) {
  SignatureId id{std::string(request.parameter("id"))};
  const Result<std::uint64_t> outcome =
      co_await context.environment.signing.abandon_signature(principal_of(request), id);
  if (!outcome && outcome.error().code == ErrorCode::signature_unknown && !is_operator(request)) {
    note_refusal(context, request, outcome.error().code);
  }
  RAKKAN_CO_CHECK(outcome);
  json::ObjectWriter audit;
  audit.number("outcome", *outcome);
  json::ObjectWriter json;
  json.text("signature_id", id.value()).text("state", "abandoned").raw("audit", std::move(audit).finish());
  co_return Response::json(std::move(json).finish() + "\n");
}

}  // namespace rakkan::api
