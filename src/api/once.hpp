// Once: what an endpoint does about an Idempotency-Key.
//
//   RAKKAN_CO_TRY(Once once, co_await Once::claim(context, request, key, parts));
//   if (once.replay()) …the first answer…
//   command.claim = once.take_claim();      // durable with the signature
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/context.hpp"
#include "rakkan/service/command.hpp"

namespace rakkan::api {

class Once {
 public:
  // The header of the request; nothing when there is none. invalid_request.
  [[nodiscard]] static Result<std::optional<std::string>> key_of(const Request& request);

  // Of the principal's tenant. `what` are the canonical parameters, `digest` what is signed: with method and route they
  // make the request what it is. Without a key: nothing to do. idempotency_in_flight, idempotency_key_reused.
  [[nodiscard]] static async::Task<Result<Once>> claim(Context& context, const Request& request,
                                                       std::optional<std::string> key, std::string what, Bytes digest);

  // The answer that was given before.
  [[nodiscard]] const service::Idempotency::Replay* replay() const noexcept {
    return state_ ? std::get_if<service::Idempotency::Replay>(&*state_) : nullptr;
  }
  [[nodiscard]] const std::optional<service::IdempotencyClaim>& claimed() const noexcept { return claim_; }

 private:
  Once() = default;
  std::optional<service::IdempotencyClaim> claim_;
  std::optional<service::Idempotency::Claim> state_;  // holds the place until the answer is there
};

inline constexpr std::string_view kReplayedHeader = "Idempotency-Replayed";

}  // namespace rakkan::api
