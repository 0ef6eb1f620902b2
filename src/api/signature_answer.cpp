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

json::ObjectWriter describe(const service::PendingSignature& pending) {
  json::ObjectWriter audit;
  audit.number("intent", pending.intent);
  json::ObjectWriter json;
  json.text("signature_id", pending.id.value())
      .text("credential", pending.credential.value())
      .text("state", "pending")
      .text("level", pending.level)
      .text("missing", pending.missing)
      .text("reason", pending.reason)
      .text("created", to_rfc3339(pending.created))
      .text("until", to_rfc3339(pending.until))
      .flag("working", pending.working)
      .number("tries", pending.tries)
      .number("retry_after_ms", static_cast<std::uint64_t>(pending.retry_after.count()))
      .raw("audit", std::move(audit).finish());
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
