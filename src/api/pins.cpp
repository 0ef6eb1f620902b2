// The operator's endpoints for a party's PIN: POST /v1/credentials/{id}/pin (sets the first one), /pin-reset (ends a
// lock), and POST and DELETE /pin-code (a code by which the party sets it by itself: put_pin.cpp).
#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "api/json_request.hpp"
#include "api/media_type.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {
namespace {

constexpr std::size_t kName = 32;
constexpr std::size_t kSecret = 256;
constexpr std::size_t kAnswer = 256;

Result<void> must_be_party(const credentials::CredentialSummary& credential) {
  return credential.kind == credentials::CredentialKind::party
             ? Result<void>()
             : fail(ErrorCode::credential_type_mismatch, "only a party's key is activated by a PIN",
                    credential.id.value());
}

Response pin_answer(const credentials::CredentialSummary& credential, std::string_view what) {
  json::ObjectWriter json;
  json.text("id", credential.id.value()).text("pin", what);
  return Response::json(std::move(json).finish() + "\n");
}

// Finds the party's credential that a code is for. Only the operator may ask: a caller with a code sets the PIN and
// then signs as the party, a right that no API key may give itself.
Result<credentials::CredentialSummary> credential_of_code(Context& context, const Request& request) {
  RAKKAN_TRY(credentials::CredentialSummary credential, credential_to_change(context, request));
  if (!is_operator(request)) {
    return only_for_operator(context, request, "only the operator gives out codes");
  }
  RAKKAN_CHECK(must_be_party(credential));
  return credential;
}

}  // namespace

async::Task<Result<Response>> post_pin(Context& context, Request& request) {
  RAKKAN_CO_TRY(const credentials::CredentialSummary credential, credential_to_change(context, request));
  if (!is_operator(request)) {
    co_return only_for_operator(context, request, "only the operator sets a PIN for a party");
  }
  RAKKAN_CO_CHECK(must_be_party(credential));
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  RAKKAN_CO_TRY(const WipedBytes body, co_await read_secret(*request.body, context.options.json));
  RAKKAN_CO_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  RAKKAN_CO_TRY(const SecureBytes pin, members.secret("pin", kSecret));
  RAKKAN_CO_TRY(const std::optional<SecureBytes> old_pin, members.optional_secret("old_pin", kSecret));
  RAKKAN_CO_CHECK(members.done());
  credentials::Activation& activation = context.environment.pins;
  const access::Principal& by = principal_of(request);
  if (old_pin) {
    RAKKAN_CO_CHECK(co_await activation.change_pin(by, credential.id, *old_pin, pin, request.deadline));
  } else {
    RAKKAN_CO_CHECK(co_await activation.set_pin(by, credential.id, pin, request.deadline));
  }
  co_return pin_answer(credential, "set");
}

async::Task<Result<Response>> post_pin_reset(Context& context, Request& request) {
  RAKKAN_CO_TRY(const credentials::CredentialSummary credential, credential_to_change(context, request));
  RAKKAN_CO_CHECK(must_be_party(credential));
  const access::Principal& by = principal_of(request);
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  RAKKAN_CO_TRY(const Bytes body, co_await read_all(*request.body, context.options.json));
  RAKKAN_CO_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  RAKKAN_CO_TRY(std::optional<std::string> tenant, members.optional_text("tenant", kName));
  RAKKAN_CO_CHECK(members.done());
  std::optional<TenantId> whose;
  if (tenant) {
    whose = TenantId(*std::move(tenant));
  } else if (!by.any_tenant) {
    whose = by.tenant;
  }
  if (!by.any_tenant && *whose != by.tenant) {
    co_return only_for_operator(context, request, "an API key resets the failures of its own tenant only", "tenant");
  }
  RAKKAN_CO_CHECK(co_await context.environment.pins.reset_failures(by, credential.id, whose, request.deadline));
  co_return pin_answer(credential, "reset");
}

async::Task<Result<Response>> post_pin_code(Context& context, Request& request) {
  RAKKAN_CO_TRY(const credentials::CredentialSummary credential, credential_of_code(context, request));
  if (credential.status == credentials::CredentialStatus::disabled) {
    co_return fail(ErrorCode::credential_disabled, "the credential was disabled",
                   "credential " + credential.id.value());
  }
  RAKKAN_CO_TRY(const credentials::PinCode code,
                co_await context.environment.pins.issue_code(principal_of(request), credential.id, request.deadline));
  // In one piece of memory, which is overwritten when it was sent.
  std::string json;
  json.reserve(kAnswer);
  json += R"({"id":)";
  json::append_quoted(json, credential.id.value());
  json += R"(,"code":)";
  json::append_quoted(json, code.text.text());
  json += R"(,"expires":)";
  json::append_quoted(json, to_rfc3339(code.expires));
  json += "}\n";
  co_return Response::secret_json(std::move(json), 201);
}

async::Task<Result<Response>> delete_pin_code(Context& context, Request& request) {
  RAKKAN_CO_TRY(const credentials::CredentialSummary credential, credential_of_code(context, request));
  RAKKAN_CO_CHECK(
      co_await context.environment.pins.withdraw_code(principal_of(request), credential.id, request.deadline));
  co_return pin_answer(credential, "code-withdrawn");
}

}  // namespace rakkan::api
