#include "api/access.hpp"

#include "rakkan/async/task.hpp"
#include "rakkan/http/text.hpp"

namespace rakkan::api {
namespace {

constexpr std::string_view kBearer = "bearer";

// The key in "Authorization: Bearer <key>" (RFC 6750 §2.1). api_key_missing when there is no Authorization field or it
// is of another scheme.
Result<std::string_view> presented_key(const Request& request) {
  const std::string_view header = http::trimmed(request.header("Authorization").value_or(""));
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos || !http::same_ignoring_case(header.substr(0, space), kBearer)) {
    return fail(ErrorCode::api_key_missing, "send the key as Authorization: Bearer", "Authorization");
  }
  return http::trimmed(header.substr(space + 1));
}

access::Scope scope_of(Scope scope) {
  switch (scope) {
    case Scope::timestamp:
      return access::Scope::timestamp;
    case Scope::audit:
      return access::Scope::audit;
    case Scope::augment:
      return access::Scope::augment;
    case Scope::admin:
      return access::Scope::admin;
    case Scope::none:
    case Scope::sign:
      break;
  }
  return access::Scope::sign;
}

void record(Context& context, const Request& request, ErrorCode code, ApiKeyId key, TenantId tenant,
            std::string principal = {}) {
  std::string action(name(request.method));
  action += ' ';
  action += request.route;
  context.environment.refusals.add({code, std::move(action), to_string(request.peer), std::move(key), std::move(tenant),
                                    CredentialId(), std::move(principal)});
}

// Records a refused key. A key that has ended, or that is used from another address, is recognised by its secret, so
// that its owner learns of a possible leak.
void record_key(Context& context, const Request& request, ErrorCode code, std::string_view text) {
  const auto key = context.environment.keys.identify(text);
  record(context, request, code, key ? key->id : ApiKeyId(), key ? key->tenant : TenantId());
}

Result<void> identify(Context& context, const Route& route, Request& request) {
  const auto text = presented_key(request);
  if (!text) {
    record(context, request, text.error().code, {}, {});
    return fail(text.error());
  }
  auto caller = context.environment.keys.authenticate(*text, request.peer, context.environment.clock.now());
  if (!caller) {
    record_key(context, request, caller.error().code, *text);
    return fail(std::move(caller).error());
  }
  request.rate_key = caller->key.value();
  request.caller = std::make_shared<KeyHolder>(std::move(caller->principal));
  const access::Scope needed = scope_of(route.scope);
  const bool other = route.also != Scope::none && caller->scopes.has(scope_of(route.also));
  if (!caller->scopes.has(needed) && !other) {
    note_refusal(context, request, ErrorCode::scope_missing);
    return fail(ErrorCode::scope_missing, "this route needs the scope " + std::string(access::name(needed)));
  }
  request.body->ask_with_each_piece([&context, &request] { return check_still_stands(context, request); });
  return {};
}

}  // namespace

void note_refusal(Context& context, const Request& request, ErrorCode code) {
  ApiKeyId key;
  TenantId tenant;
  const access::Principal* const principal = principal_or_null(request);
  if (principal != nullptr && principal->key) {
    key = principal->key->id();
    tenant = principal->tenant;
  }
  const bool keyless = principal != nullptr && !principal->key;
  record(context, request, code, std::move(key), std::move(tenant), keyless ? principal->id : std::string());
}

Result<void> check_still_stands(Context& context, const Request& request) {
  Result<void> stands = principal_of(request).still_stands(context.environment.clock.now());
  if (!stands) {
    note_refusal(context, request, stands.error().code);
  }
  return stands;
}

Result<void> admit_local_user(Request& request) {
  if (!request.local_user) {
    return fail(ErrorCode::internal, "the request has no local user");
  }
  access::Principal by;
  by.id = "local:" + std::to_string(*request.local_user);
  by.any_tenant = true;
  request.caller = std::make_shared<KeyHolder>(std::move(by));
  return {};
}

async::Task<Result<void>> check_access(Context& context, const Route& route, Request& request) {
  if (request.local_user) {
    co_return admit_local_user(request);
  }
  const bool keyless = route.open && !request.header("Authorization");
  if (route.scope == Scope::none || keyless) {
    co_return Result<void>();
  }
  co_return identify(context, route, request);
}

}  // namespace rakkan::api
