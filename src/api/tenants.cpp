// GET /v1/tenants lists the tenants that are served here. A tenant exists when it has an API key or a credential.
#include <map>

#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "api/key_json.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {
namespace {

struct Possessions {
  std::vector<std::string> keys;
  std::vector<std::string> credentials;
};

std::string describe(const std::string& tenant, const Possessions& has) {
  const auto as_it_is = [](const std::string& json) { return json; };
  json::ObjectWriter json;
  json.text("tenant", tenant)
      .raw("keys", json::array_of(has.keys, as_it_is))
      .raw("credentials", json::array_of(has.credentials, as_it_is));
  return std::move(json).finish();
}

}  // namespace

async::Task<Result<Response>> get_tenants(Context& context, Request& request) {
  const access::Principal& by = principal_of(request);
  std::map<std::string, Possessions> tenants;
  for (const access::ApiKey& key : context.environment.keys.list()) {
    if (by.any_tenant || key.tenant == by.tenant) {
      tenants[key.tenant.value()].keys.push_back(describe_key(key).finish());
    }
  }
  for (const credentials::CredentialSummary& credential : context.environment.credentials.list(by)) {
    if (!credential.tenant.empty()) {
      tenants[credential.tenant.value()].credentials.push_back(describe_whole(credential));
    }
  }
  json::ObjectWriter json;
  json.raw("tenants",
           json::array_of(tenants, [](const auto& tenant) { return describe(tenant.first, tenant.second); }));
  co_return Response::json(std::move(json).finish() + "\n");
}

}  // namespace rakkan::api
