#include "rakkan/service/key_standing.hpp"

namespace rakkan::service {

Result<void> KeyStanding::holds(Instant at) const {
  if (revoked_.load()) {
    return fail(ErrorCode::api_key_expired, "the key was revoked");
  }
  if (expires_ && at >= *expires_) {
    return fail(ErrorCode::api_key_expired, "the key has expired");
  }
  return {};
}

}  // namespace rakkan::service
