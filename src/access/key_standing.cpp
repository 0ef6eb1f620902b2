#include "rakkan/access/key_standing.hpp"

namespace rakkan::access {

Result<void> KeyStanding::holds(Instant at) const {
  if (revoked_.load()) {
    return fail(ErrorCode::api_key_expired, "the key was revoked");
  }
  if (expires_ && at >= *expires_) {
    return fail(ErrorCode::api_key_expired, "the key has expired");
  }
  return {};
}

}  // namespace rakkan::access
