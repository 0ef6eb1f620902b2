// GET /v1/signatures/{id} gives the answer of an earlier request of the key's own tenant again, or says of a signature
// that is not complete yet what it waits for (202).
#include <array>

#include "api/endpoints.hpp"
#include "api/media_type.hpp"
#include "api/signature_answer.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/http/problem.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::api {
namespace {

constexpr std::string_view kJsonType = "application/json";
constexpr std::array kOffered{kJsonType, kTailType};

// In JSON, whatever form was asked for: there is no signature to give in it.
Response not_yet(const service::PendingSignature& pending) {
  Response response = Response::json(describe(pending).finish() + "\n", 202);
  response.header("Retry-After", http::retry_after_text(pending.retry_after));
  response.header("Rakkan-Signature-Id", pending.id.value());
  response.header("Rakkan-Audit-Intent", std::to_string(pending.intent));
  response.header("Cache-Control", "no-store");
  return response;
}

}  // namespace

async::Task<Result<Response>> get_signature(Context& context, Request& request) {
  RAKKAN_CO_TRY(const std::string_view type, choose_media_type(request, kOffered));
  SignatureId id{std::string(request.parameter("id"))};
  service::SigningService& signing = context.environment.signing;
  Result<service::StoredSignature> found = co_await signing.find_signature(principal_of(request), id);
  if (!found && found.error().code == ErrorCode::signature_pending) {
    if (const auto pending = signing.pending_signature(principal_of(request), id)) {
      co_return not_yet(*pending);
    }
    // It has got its outcome meanwhile.
    found = co_await signing.find_signature(principal_of(request), id);
  }
  RAKKAN_CO_TRY(service::StoredSignature stored, std::move(found));
  Response response;
  response.header("Content-Type", type);
  add_signature_headers(response, stored);
  if (type == kTailType) {
    response.append(std::move(stored.tail));
    co_return response;
  }
  json::ObjectWriter json = describe(stored);
  json.number("tail_size", stored.tail.size());
  response.append(std::move(json).finish() + "\n");
  co_return response;
}

}  // namespace rakkan::api
