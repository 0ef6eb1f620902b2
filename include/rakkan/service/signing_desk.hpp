// SigningDesk is the use case of every endpoint that signs for a caller from outside: once, sign, prove. A request that
// was answered before gets the same answer again, one whose signature waits for its timestamp gets that signature once
// it is complete, and a caller that wants it gets the proof that its outcome is in the log.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "rakkan/async/deadline.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::access {
struct Principal;
}
namespace rakkan::async {
class BoundedPool;
}
namespace rakkan::audit {
class Trail;
}

namespace rakkan::service {

class Idempotency;
class Once;
class SigningService;
struct WantedSignature;

struct GivenSignature {
  StoredSignature stored;
  bool replayed = false;                  // the signature was made for an earlier request
  std::optional<std::string> proof = {};  // of the outcome's entry; nothing: not wanted, or no checkpoint came in time
};

class SigningDesk {
 public:
  // All arguments outlive the desk. `store` is the pool on which the store and the log's files are read, `time` the
  // time of a request without a deadline of its own.
  SigningDesk(SigningService& signing, Idempotency& idempotency, audit::Trail& trail, async::BoundedPool& store,
              std::chrono::milliseconds time) noexcept
      : signing_(&signing), idempotency_(&idempotency), trail_(&trail), store_(&store), time_(time) {}

  // Errors as of Once::claim and of SigningService::sign_pdf, sign_hash or finish_signature. A proof that does not come
  // in time is no error: the signature is good all the same. Thread-safe.
  [[nodiscard]] async::Task<Result<GivenSignature>> sign(WantedSignature wanted);

 private:
  [[nodiscard]] async::Task<Result<StoredSignature>> make(WantedSignature& wanted, const Once& once);
  [[nodiscard]] async::Task<std::optional<std::string>> prove(const access::Principal& caller, std::uint64_t index,
                                                              async::Deadline deadline);

  SigningService* signing_;
  Idempotency* idempotency_;
  audit::Trail* trail_;
  async::BoundedPool* store_;
  std::chrono::milliseconds time_;
};

}  // namespace rakkan::service
