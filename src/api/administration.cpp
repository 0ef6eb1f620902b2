#include "api/administration.hpp"

#include "rakkan/base/error_table.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {
namespace {

template <class Findings>
std::string describe_findings(const Findings& findings) {
  return json::array_of(findings, [](const auto& finding) {
    json::ObjectWriter json;
    json.text("code", row(code_of(finding.flaw)).slug).text("detail", finding.detail).text("subject", finding.subject);
    return std::move(json).finish();
  });
}

}  // namespace

tl::unexpected<Error> only_for_operator(Context& context, const Request& request, std::string what, std::string where) {
  note_refusal(context, request, ErrorCode::operator_only);
  return fail(ErrorCode::operator_only, std::move(what), std::move(where));
}

Result<credentials::CredentialSummary> credential_to_change(Context& context, const Request& request) {
  const access::Principal& by = principal_of(request);
  const CredentialId id{std::string(request.parameter("id"))};
  auto found = context.environment.credentials.find(by, id);
  if (!found) {
    // A credential that the operator looks for in vain is a slip, not a refusal: it is not recorded.
    if (!by.any_tenant && access::is_refusal(found.error().code)) {
      note_refusal(context, request, found.error().code);
    }
    return fail(std::move(found).error());
  }
  if (!by.any_tenant && found->tenant != by.tenant) {
    return only_for_operator(context, request, "the credential belongs to the operator", id.value());
  }
  return found;
}

std::string describe(const pki::Certificate& certificate) {
  json::ObjectWriter json;
  json.text("subject", certificate.subject().text())
      .text("issuer", certificate.issuer().text())
      .text("serial_number", to_hex(certificate.serial_number()))
      .text("not_before", to_rfc3339(certificate.validity().not_before))
      .text("not_after", to_rfc3339(certificate.validity().not_after))
      .text("sha256", to_hex(certificate.fingerprint().view()));
  return std::move(json).finish();
}

std::string describe_whole(const credentials::CredentialSummary& credential) {
  json::ObjectWriter json;
  json.text("id", credential.id.value())
      .text("kind", name(credential.kind))
      .text("status", name(credential.status))
      .text("token", credential.token_label)
      .text("key", credential.key_label)
      .text("key_id", to_hex(credential.key_id))
      .text("key_kind", credential.key_kind)
      .text("suite", credential.suite)
      .text("created", to_rfc3339(credential.created));
  if (!credential.party.empty()) {
    json.text("party", credential.party.value());
  }
  if (!credential.tenant.empty()) {
    json.text("tenant", credential.tenant.value());
  }
  if (credential.certificate) {
    json.raw("certificate", describe(*credential.certificate)).raw("warnings", describe_findings(credential.findings));
  }
  return std::move(json).finish();
}

}  // namespace rakkan::api
