// POST /v1/evidence:check says what signatures of each credential could be brought to now, and what is missing: servers
// of evidence are asked, no document key is used.
#include <iterator>

#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/error_table.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/pki/evidence_json.hpp"
#include "rakkan/service/evidence_check.hpp"

namespace rakkan::api {
namespace {

std::string describe_error(const Error& error) {
  json::ObjectWriter json;
  json.text("code", row(error.code).slug).text("detail", error.detail);
  if (!error.where.empty()) {
    json.text("where", error.where);
  }
  return std::move(json).finish();
}

// Everything that is missing, the first thing first.
std::string describe_missing(const std::optional<Error>& missing) {
  std::vector<Error> all;
  if (missing) {
    all.push_back(*missing);
    std::copy(missing->causes.begin(), missing->causes.end(), std::back_inserter(all));
  }
  return json::array_of(all, describe_error);
}

void add_found(json::ObjectWriter& json, const service::CheckedCertificate& found) {
  if (found.certificate) {
    json.raw("certificate", describe(*found.certificate));
  }
  json.raw("missing", describe_missing(found.missing));
  if (found.table) {
    json.raw("evidence", pki::to_json(*found.table));
  }
}

std::string describe_unit(const service::CheckedUnit& unit) {
  json::ObjectWriter json;
  json.text("profile", unit.profile)
      .text("role", unit.role == service::TsaRole::archive ? "archive" : "signature")
      .flag("complete", !unit.found.missing);
  add_found(json, unit.found);
  return std::move(json).finish();
}

std::string describe_credential(const service::CheckedCredential& credential) {
  json::ObjectWriter json;
  json.text("id", credential.id.value());
  credential.reaches ? json.text("reaches", pades::name(*credential.reaches)) : json.null("reaches");
  json.flag("waits", credential.waits);
  add_found(json, credential.found);
  return std::move(json).finish();
}

}  // namespace

async::Task<Result<Response>> post_evidence_check(Context& context, Request& request) {
  service::CheckEvidenceCommand command{principal_of(request), request.deadline};
  RAKKAN_CO_TRY(const service::EvidenceCheck check,
                co_await context.environment.signing.check_evidence(std::move(command)));
  json::ObjectWriter json;
  json.text("time", to_rfc3339(check.time))
      .flag("complete", check.complete())
      .raw("units", json::array_of(check.units, describe_unit))
      .raw("credentials", json::array_of(check.credentials, describe_credential));
  co_return Response::json(std::move(json).finish() + "\n");
}

}  // namespace rakkan::api
