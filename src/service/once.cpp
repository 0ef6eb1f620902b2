#include "rakkan/service/once.hpp"

#include "rakkan/async/task.hpp"

#include <utility>

namespace rakkan::service {

async::Task<Result<Once>> Once::claim(Idempotency& idempotency, async::BoundedPool& store,
                                      const access::Principal& caller, RepeatableRequest request,
                                      async::Deadline deadline) {
  Once once;
  if (!request.key) {
    co_return once;
  }
  Bytes fingerprint =
      idempotency.fingerprint({request.method, request.route, request.parameters, text_of(request.digest)});
  once.claim_ = {*request.key, std::move(fingerprint)};
  const auto claim = [&] { return idempotency.claim(caller.tenant, *request.key, once.claim_->fingerprint); };
  RAKKAN_CO_TRY(Idempotency::Claim state, co_await async::run_on(store, claim, deadline, caller.owner()));
  once.state_.emplace(std::move(state));
  co_return once;
}

}  // namespace rakkan::service
