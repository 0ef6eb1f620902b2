#include "api/signature_answer.hpp"

#include "rakkan/base/base64.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::api {

void add_signature_headers(Response& response, const service::StoredSignature& stored) {
  response.header("Rakkan-Signature-Id", stored.id.value());
  response.header("Rakkan-Audit-Intent", std::to_string(stored.intent));
  response.header("Rakkan-Audit-Outcome", std::to_string(stored.outcome));
  response.header("Cache-Control", "no-store");
}

void add_proof_header(Response& response, bool wanted, const std::optional<std::string>& proof) {
  if (wanted) {
    response.header("Rakkan-Audit-Proof", proof ? to_base64(bytes_of(*proof)) : "pending");
  }
}

json::ObjectWriter describe(const service::StoredSignature& stored) {
  json::ObjectWriter audit;
  audit.number("intent", stored.intent).number("outcome", stored.outcome);
  json::ObjectWriter json;
  json.text("signature_id", stored.id.value())
      .text("credential", stored.credential.value())
      .text("created", to_rfc3339(stored.created))
      .raw("audit", std::move(audit).finish())
      .raw("facts", stored.facts.empty() ? "{}" : stored.facts);
  return json;
}

std::string describe_cms(const service::StoredSignature& stored, bool proof_wanted,
                         const std::optional<std::string>& proof) {
  json::ObjectWriter json = describe(stored);
  json.plain("cms", to_base64(stored.tail));
  if (proof_wanted && proof) {
    json.text("proof", *proof);
  } else if (proof_wanted) {
    json.null("proof");
  }
  return std::move(json).finish();
}

}  // namespace rakkan::api
