// GET /v1/signatures/{id}/evidence: what proves a signature to somebody else, of the key's own tenant: the two entries
// with their records, and a proof of each. Checked offline by `rakkan audit verify --proof`.
#include "api/endpoints.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::api {
namespace {

// {"entry": <as rakkan audit verify --record reads it>, "proof": "<.tlog-proof>"}
Result<std::string> proven(audit::Trail& trail, std::uint64_t index) {
  RAKKAN_TRY(const audit::EntryFile entry, trail.entry(audit::Journal::trail, index));
  RAKKAN_TRY(const std::string proof, trail.prove(audit::Journal::trail, index));
  json::ObjectWriter json;
  json.raw("entry", entry.encode()).text("proof", proof);
  return std::move(json).finish();
}

Result<std::string> evidence(audit::Trail& trail, const service::StoredSignature& signature) {
  RAKKAN_TRY(const std::string intent, proven(trail, signature.intent));
  RAKKAN_TRY(const std::string outcome, proven(trail, signature.outcome));
  json::ObjectWriter json;
  json.text("signature_id", signature.id.value()).raw("intent", intent).raw("outcome", outcome);
  return std::move(json).finish() + "\n";
}

}  // namespace

async::Task<Result<Response>> get_evidence(Context& context, Request& request) {
  SignatureId id{std::string(request.parameter("id"))};
  RAKKAN_CO_TRY(const service::StoredSignature stored,
                co_await context.environment.signing.find_signature(principal_of(request), std::move(id)));
  const auto read = [&context, &stored] { return evidence(context.environment.trail, stored); };
  RAKKAN_CO_TRY(std::string json, co_await blocking(context, request, read));
  Response response;
  response.header("Content-Type", "application/json");
  response.append(std::move(json));
  co_return response;
}

}  // namespace rakkan::api
