#include "api/once.hpp"

#include "rakkan/base/bytes.hpp"

namespace rakkan::api {

Result<std::optional<std::string>> Once::key_of(const Request& request) {
  const auto header = request.header("Idempotency-Key");
  if (!header) {
    return std::optional<std::string>();
  }
  RAKKAN_TRY(std::string key, service::parse_idempotency_key(*header));
  return std::optional(std::move(key));
}

async::Task<Result<Once>> Once::claim(Context& context, const Request& request, std::optional<std::string> key,
                                      std::string what, Bytes digest) {
  Once once;
  if (!key) {
    co_return once;
  }
  service::Idempotency& idempotency = context.environment.idempotency;
  once.claim_ = {*key, idempotency.fingerprint({name(request.method), request.route, what, text_of(digest)})};
  const TenantId tenant = principal_of(request).tenant;
  const auto claim = [&] { return idempotency.claim(tenant, *key, once.claim_->fingerprint); };
  Result<service::Idempotency::Claim> state = co_await blocking(context, request, claim);
  if (!state) {
    if (state.error().code == ErrorCode::idempotency_key_reused) {
      note_refusal(context, request, state.error().code);
    }
    co_return fail(std::move(state).error());
  }
  once.state_.emplace(*std::move(state));
  co_return once;
}

}  // namespace rakkan::api
