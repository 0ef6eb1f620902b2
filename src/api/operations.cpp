// Endpoints for the server's operator: GET /healthz, /readyz, /openapi.yaml, /openapi.json and /metrics.
#include "api/endpoints.hpp"
#include "api/openapi_document.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/http/problem.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {
namespace {

// Describes an error by its code alone: anybody may ask, and details name files and tokens.
std::string describe(ErrorCode code) {
  json::ObjectWriter json;
  json.text("code", row(code).slug).text("title_en", row(code).title_en).text("title_ja", row(code).title_ja);
  return std::move(json).finish();
}

}  // namespace

async::Task<Result<Response>> get_health(Context& /*context*/, Request& /*request*/) {
  co_return Response::json("{\"status\":\"ok\"}\n");
}

async::Task<Result<Response>> get_readiness(Context& context, Request& /*request*/) {
  service::Readiness::Problems problems = co_await context.readiness.problems(std::chrono::steady_clock::now());
  if (context.draining) {
    problems.insert(problems.begin(), ErrorCode::shutting_down);
  }
  json::ObjectWriter json;
  json.text("status", problems.empty() ? "ready" : "not ready")
      .raw("problems", json::array_of(problems, describe))
      .raw("warnings", json::array_of(context.readiness.warnings(), describe));
  Response response = Response::json(std::move(json).finish() + "\n", problems.empty() ? 200 : 503);
  response.header("Cache-Control", "no-store");
  co_return response;
}

async::Task<Result<Response>> get_openapi(Context& /*context*/, Request& /*request*/) {
  Response response;
  response.header("Content-Type", "application/json");
  response.append(nullptr, bytes_of(openapi_document()));
  co_return response;
}

async::Task<Result<Response>> get_openapi_yaml(Context& /*context*/, Request& /*request*/) {
  Response response;
  response.header("Content-Type", "application/yaml");  // RFC 9512
  response.append(nullptr, bytes_of(openapi_source()));
  co_return response;
}

async::Task<Result<Response>> get_problem(Context& /*context*/, Request& request) {
  co_return http::problem_type(request.parameter("code"));
}

async::Task<Result<Response>> get_metrics(Context& context, Request& /*request*/) {
  co_return Response::text(context.environment.metrics.text(), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace rakkan::api
