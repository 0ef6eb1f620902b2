// GET, POST /v1/keys and DELETE /v1/keys/{id}: the API keys of the caller's own tenant; for the operator, those of all
// tenants.
#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "api/json_request.hpp"
#include "api/key_json.hpp"
#include "api/media_type.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {
namespace {

constexpr std::size_t kTenant = 32;
constexpr std::size_t kLabel = 100;
constexpr std::size_t kScopes = 5;
constexpr std::size_t kScopeName = 16;
constexpr std::size_t kAddresses = 64;
constexpr std::size_t kAddress = 49;
constexpr std::size_t kInstant = 40;

Result<access::NewApiKey> read_request(Context& context, const Request& given, const Bytes& body) {
  RAKKAN_TRY(const json::Document document, parse_json(body));
  json::Members request = document.root();
  access::NewApiKey key;
  const access::Principal& by = principal_of(given);
  RAKKAN_TRY(std::optional<std::string> tenant, request.optional_text("tenant", kTenant));
  if (!tenant && by.any_tenant) {
    return request.wrong("tenant", "must name the tenant of the key");
  }
  key.tenant = tenant ? TenantId(*std::move(tenant)) : by.tenant;
  if (!by.any_tenant && key.tenant != by.tenant) {
    return only_for_operator(context, given, "an API key makes keys of its own tenant only", "tenant");
  }
  RAKKAN_TRY(key.label, request.text("label", kLabel));
  RAKKAN_TRY(const std::vector<std::string> scopes, request.texts("scopes", kScopes, kScopeName));
  for (const std::string& text : scopes) {
    const auto scope = access::scope_from_name(text);
    if (!scope) {
      const auto place = static_cast<std::size_t>(&text - scopes.data());
      return request.not_among("scopes[" + std::to_string(place) + "]", access::scope_names());
    }
    key.scopes.add(*scope);
  }
  if (request.has("addresses")) {
    RAKKAN_TRY(key.addresses, request.texts("addresses", kAddresses, kAddress));
  }
  RAKKAN_TRY(const std::optional<std::string> expires, request.optional_text("expires", kInstant));
  if (expires) {
    key.expires = parse_rfc3339(*expires);
    if (!key.expires) {
      return request.wrong("expires", "must be a time like 2027-11-24T00:00:00Z");
    }
  }
  RAKKAN_CHECK(request.done());
  return key;
}

// Finds a key of the caller's own tenant: a key of another tenant is as unknown as one that never existed.
Result<access::ApiKey> find_own(const Context& context, const Request& request) {
  const ApiKeyId id{std::string(request.parameter("id"))};
  const auto key = context.environment.keys.find(id);
  const access::Principal& by = principal_of(request);
  if (!key || (!by.any_tenant && key->tenant != by.tenant)) {
    return fail(ErrorCode::route_unknown, "there is no such key", "id");
  }
  return *key;
}

}  // namespace

json::ObjectWriter describe_key(const access::ApiKey& key) {
  json::ObjectWriter json;
  json.text("id", key.id.value())
      .text("tenant", key.tenant.value())
      .text("label", key.label)
      .raw("scopes", json::array_of(key.scopes.names(), json::quote))
      .raw("addresses", json::array_of(key.addresses, json::quote))
      .text("created", to_rfc3339(key.created));
  if (key.expires) {
    json.text("expires", to_rfc3339(*key.expires));
  }
  if (key.revoked) {
    json.text("revoked", to_rfc3339(*key.revoked));
  }
  if (!key.maker.empty()) {
    json.text("maker", key.maker.value());
  }
  return json;
}

async::Task<Result<Response>> get_keys(Context& context, Request& request) {
  std::vector<access::ApiKey> keys = context.environment.keys.list();
  const access::Principal& by = principal_of(request);
  std::erase_if(keys, [&](const access::ApiKey& key) { return !by.any_tenant && key.tenant != by.tenant; });
  json::ObjectWriter json;
  json.raw("keys", json::array_of(keys, [](const access::ApiKey& key) { return describe_key(key).finish(); }));
  co_return Response::json(std::move(json).finish() + "\n");
}

async::Task<Result<Response>> post_keys(Context& context, Request& request) {
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  RAKKAN_CO_TRY(const Bytes body, co_await read_all(*request.body, context.options.json));
  RAKKAN_CO_TRY(const access::NewApiKey wanted, read_request(context, request, body));
  const auto create = [&] { return context.environment.keys.create(principal_of(request), wanted); };
  Result<access::CreatedApiKey> made = co_await blocking(context, request, create);
  if (!made) {
    if (access::is_refusal(made.error().code)) {
      note_refusal(context, request, made.error().code);
    }
    co_return fail(std::move(made).error());
  }
  // The key's text is in one piece of memory, which is overwritten after it was sent.
  const std::string described = describe_key(made->key).finish();
  std::string json;
  json.reserve(described.size() + made->text.text().size() + 16);
  json.append(described, 0, described.size() - 1).append(R"(,"key":)");
  json::append_quoted(json, made->text.text());
  json += "}\n";
  co_return Response::secret_json(std::move(json), 201);
}

async::Task<Result<Response>> delete_key(Context& context, Request& request) {
  RAKKAN_CO_TRY(const access::ApiKey key, find_own(context, request));
  const auto revoke = [&] { return context.environment.keys.revoke(principal_of(request), key.id); };
  RAKKAN_CO_TRY(const access::ApiKey revoked, co_await blocking(context, request, revoke));
  co_return Response::json(describe_key(revoked).finish() + "\n");
}

}  // namespace rakkan::api
