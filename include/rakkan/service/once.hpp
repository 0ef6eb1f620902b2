// Once is the part of a use case that honours an Idempotency-Key: it claims the key for a request before any work is
// done, and says whether the request was answered before.
//
//   RAKKAN_CO_TRY(const Once once, co_await Once::claim(idempotency, pool, caller, std::move(request), deadline));
//   if (once.replay() != nullptr) { …give the first answer again… }
//   command.claim = once.claimed();      // the signing use cases make it durable in the signature's own commit
//
// A use case without such a commit (a timestamp's) keeps its answer by Idempotency::keep.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/service/idempotency.hpp"
#include "rakkan/service/signing_request.hpp"

namespace rakkan::service {

// The parts of a request by which another one counts as the same request.
struct RepeatableRequest {
  std::optional<std::string> key = {};  // Idempotency-Key; nothing: no request is the same as another
  std::string_view method, route;
  std::string parameters = {};  // in their canonical form, without PIN and activation
  Bytes digest = {};            // of what is signed or stamped
};

class Once {
 public:
  // Claims the request's key among those of the caller's tenant; a request without a key claims nothing and is never a
  // replay. Reads the store on the pool `store`; `idempotency` and the pool outlive the result. idempotency_in_flight,
  // idempotency_key_reused, store_unavailable, overloaded, deadline_exceeded.
  [[nodiscard]] static async::Task<Result<Once>> claim(Idempotency& idempotency, async::BoundedPool& store,
                                                       const access::Principal& caller, RepeatableRequest request,
                                                       async::Deadline deadline);

  // The answer that was given before; null when there is none.
  [[nodiscard]] const Idempotency::Replay* replay() const noexcept {
    return state_ ? std::get_if<Idempotency::Replay>(&*state_) : nullptr;
  }
  [[nodiscard]] const std::optional<IdempotencyClaim>& claimed() const noexcept { return claim_; }

 private:
  Once() = default;
  std::optional<IdempotencyClaim> claim_;
  std::optional<Idempotency::Claim>
      state_;  // a Permit in it keeps others with the same key out until the answer is kept
};

}  // namespace rakkan::service
