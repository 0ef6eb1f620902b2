// GET /v1/signatures/{id}/evidence: the evidence that proves a signature of the key's own tenant to a third party: the
// two entries with their records, and a proof of each. `rakkan audit verify --evidence` checks it offline.
#include "api/endpoints.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/audit/evidence.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::api {
namespace {

Result<audit::EvidencePart> part(audit::Trail& trail, std::uint64_t index) {
  audit::EvidencePart made;
  RAKKAN_TRY(made.entry, trail.entry(audit::Journal::trail, index));
  RAKKAN_TRY(made.proof, trail.prove(audit::Journal::trail, index));
  return made;
}

Result<std::string> evidence(audit::Trail& trail, const service::StoredSignature& signature) {
  audit::Evidence made;
  made.signature = signature.id;
  RAKKAN_TRY(made.intent, part(trail, signature.intent));
  RAKKAN_TRY(made.outcome, part(trail, signature.outcome));
  return made.encode();
}

}  // namespace

async::Task<Result<Response>> get_evidence(Context& context, Request& request) {
  SignatureId id{std::string(request.parameter("id"))};
  RAKKAN_CO_TRY(const service::StoredSignature stored,
                co_await context.environment.signing.find_signature(principal_of(request), std::move(id)));
  const auto read = [&context, &stored] { return evidence(context.environment.trail, stored); };
  RAKKAN_CO_TRY(std::string json, co_await blocking(context, request, read));
  co_return Response::json(std::move(json));
}

}  // namespace rakkan::api
