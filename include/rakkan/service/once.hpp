// Once: what a use case does about an Idempotency-Key.
//
//   RAKKAN_CO_TRY(const Once once, co_await Once::claim(idempotency, pool, caller, std::move(request), deadline));
//   if (once.replay() != nullptr) …the first answer…
//   command.claim = once.claimed();      // durable with the signature
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

// A request, and what makes another one the same as it.
struct RepeatableRequest {
  std::optional<std::string> key = {};  // Idempotency-Key; nothing: no request is the same as another
  std::string_view method, route;
  std::string parameters = {};  // in their canonical form, without PIN and activation
  Bytes digest = {};            // of what is signed or stamped
};

class Once {
 public:
  // Of the caller's tenant. Without a key: nothing to do. Reads the store on the pool; both outlive the result.
  // idempotency_in_flight, idempotency_key_reused, store_unavailable, overloaded, deadline_exceeded.
  [[nodiscard]] static async::Task<Result<Once>> claim(Idempotency& idempotency, async::BoundedPool& store,
                                                       const access::Principal& caller, RepeatableRequest request,
                                                       async::Deadline deadline);

  // The answer that was given before.
  [[nodiscard]] const Idempotency::Replay* replay() const noexcept {
    return state_ ? std::get_if<Idempotency::Replay>(&*state_) : nullptr;
  }
  [[nodiscard]] const std::optional<IdempotencyClaim>& claimed() const noexcept { return claim_; }

 private:
  Once() = default;
  std::optional<IdempotencyClaim> claim_;
  std::optional<Idempotency::Claim> state_;  // holds the place until the answer is there
};

}  // namespace rakkan::service
