// The header Idempotency-Key, by which a caller may repeat a request safely.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/context.hpp"
#include "rakkan/service/idempotency.hpp"

namespace rakkan::api {

inline constexpr std::string_view kReplayedHeader = "Idempotency-Replayed";

// The Idempotency-Key of the request; nothing when there is none. invalid_request.
[[nodiscard]] inline Result<std::optional<std::string>> idempotency_key(const Request& request) {
  const auto header = request.header("Idempotency-Key");
  if (!header) {
    return std::optional<std::string>();
  }
  RAKKAN_TRY(std::string key, service::parse_idempotency_key(*header));
  return std::optional(std::move(key));
}

// Records the refusal of a key that belongs to a request with other contents.
inline void note_reused_key(Context& context, const Request& request, const Error& error) {
  if (error.code == ErrorCode::idempotency_key_reused) {
    note_refusal(context, request, error.code);
  }
}

}  // namespace rakkan::api
