// PendingSignature: a signature whose value was made by its key and that lacks something else still, as callers and
// operators see it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::service {

struct PendingSignature {
  SignatureId id;
  TenantId tenant;
  CredentialId credential;
  std::uint64_t intent = 0;  // index of its entry in the trail
  Instant created;           // of its value
  Instant until;             // when it is given up
  std::string level;         // asked for: "B-T"
  // "timestamp", or "document" at B-LT and B-LTA, which need it once more.
  std::string missing;
  // Why it is still missing: the slug of an error, or "restart" when the service has started since and not tried yet.
  std::string reason;
  unsigned tries = 0;                       // since the service started
  bool working = false;                     // somebody is finishing it right now
  std::chrono::milliseconds retry_after{};  // when asking again may have another answer
};

}  // namespace rakkan::service
