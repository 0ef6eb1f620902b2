// SigningDesk is the use case of every endpoint that signs for a caller from outside: once, sign, prove. A request that
// was answered before gets the same answer again, and a caller that wants it gets the proof that its outcome is in the
// log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/once.hpp"
#include "rakkan/service/signing_service.hpp"

namespace rakkan::service {

struct WantedSignature {
  std::variant<SignPdfCommand, SignHashCommand> command;  // SigningDesk::sign fills in its idempotency claim
  RepeatableRequest request;
  bool proof = false;  // wait for a checkpoint over the outcome, and give the proof
};

struct GivenSignature {
  StoredSignature stored;
  bool replayed = false;                  // the signature was made for an earlier request
  std::optional<std::string> proof = {};  // of the outcome's entry; nothing: not wanted, or no checkpoint came in time
};

class SigningDesk {
 public:
  // All outlive the desk. `store` is the pool on which the store and the log's files are read.
  SigningDesk(SigningService& signing, Idempotency& idempotency, audit::Trail& trail,
              async::BoundedPool& store) noexcept
      : signing_(&signing), idempotency_(&idempotency), trail_(&trail), store_(&store) {}

  // Errors as of Once::claim and of SigningService::sign_pdf or sign_hash. A proof that does not come in time is no
  // error: the signature is good all the same. Thread-safe.
  [[nodiscard]] async::Task<Result<GivenSignature>> sign(WantedSignature wanted);

 private:
  [[nodiscard]] async::Task<Result<StoredSignature>> make(WantedSignature& wanted, const Once& once);
  [[nodiscard]] async::Task<std::optional<std::string>> prove(const access::Principal& caller, std::uint64_t index,
                                                              async::Deadline deadline);

  SigningService* signing_;
  Idempotency* idempotency_;
  audit::Trail* trail_;
  async::BoundedPool* store_;
};

}  // namespace rakkan::service
