// GET /v1/credentials and GET /v1/credentials/{id}: the credentials that the caller's tenant may use; not even the
// names of others are shown.
#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {
namespace {

std::string describe_usable(const credentials::CredentialSummary& credential) {
  json::ObjectWriter json;
  json.text("id", credential.id.value()).text("kind", name(credential.kind));
  if (!credential.party.empty()) {
    json.text("party", credential.party.value());
  }
  json.text("status", name(credential.status))
      .text("key_kind", credential.key_kind)
      .text("suite", credential.suite)
      .text("created", to_rfc3339(credential.created));
  if (credential.certificate) {
    json.raw("certificate", describe(*credential.certificate));
  }
  return std::move(json).finish();
}

}  // namespace

async::Task<Result<Response>> get_credentials(Context& context, Request& request) {
  const bool whole = is_operator(request);
  const auto credentials = context.environment.credentials.list(principal_of(request));
  json::ObjectWriter json;
  json.raw("credentials", json::array_of(credentials, [&](const credentials::CredentialSummary& credential) {
             return whole ? describe_whole(credential) : describe_usable(credential);
           }));
  co_return Response::json(std::move(json).finish() + "\n");
}

async::Task<Result<Response>> get_credential(Context& context, Request& request) {
  const CredentialId id{std::string(request.parameter("id"))};
  auto found = context.environment.credentials.find(principal_of(request), id);
  if (!found) {
    note_refusal(context, request, found.error().code);
    co_return fail(std::move(found).error().at("id"));
  }
  co_return Response::json((is_operator(request) ? describe_whole(*found) : describe_usable(*found)) + "\n");
}

}  // namespace rakkan::api
