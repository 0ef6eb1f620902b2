#include "rakkan/service/signing_desk.hpp"

#include <functional>
#include <utility>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/service/wanted_signature.hpp"

namespace rakkan::service {
namespace {

SigningRequest& request_of(WantedSignature& wanted) {
  return std::visit([](auto& command) -> SigningRequest& { return command; }, wanted.command);
}

}  // namespace

async::Task<Result<GivenSignature>> SigningDesk::sign(WantedSignature wanted) {
  const access::Principal caller = request_of(wanted).principal;
  const async::Deadline deadline = request_of(wanted).deadline.value_or(async::deadline_in(time_));
  RepeatableRequest request = std::move(wanted.request);
  RAKKAN_CO_TRY(const Once once, co_await Once::claim(*idempotency_, *store_, caller, std::move(request), deadline));
  RAKKAN_CO_TRY(StoredSignature stored, co_await make(wanted, once));
  GivenSignature given{std::move(stored), once.replay() != nullptr};
  if (wanted.proof) {
    given.proof = co_await prove(caller, given.stored.outcome, deadline);
  }
  co_return given;
}

async::Task<Result<StoredSignature>> SigningDesk::make(WantedSignature& wanted, const Once& once) {
  if (once.replay() != nullptr) {
    const auto* const pdf = std::get_if<SignPdfCommand>(&wanted.command);
    co_return co_await signing_->finish_signature(request_of(wanted).principal, once.replay()->signature,
                                                  SigningService::When::in_turn, request_of(wanted).deadline,
                                                  pdf != nullptr ? &pdf->document : nullptr);
  }
  request_of(wanted).claim = once.claimed();
  if (auto* pdf = std::get_if<SignPdfCommand>(&wanted.command)) {
    RAKKAN_CO_TRY(SignedDocument made, co_await signing_->sign_pdf(std::move(*pdf)));
    co_return std::move(made.stored);
  }
  RAKKAN_CO_TRY(SignedDigest made, co_await signing_->sign_hash(std::move(std::get<SignHashCommand>(wanted.command))));
  co_return std::move(made.stored);
}

async::Task<std::optional<std::string>> SigningDesk::prove(const access::Principal& caller, std::uint64_t index,
                                                           async::Deadline deadline) {
  const auto when = [this, index](std::function<void(Result<void>)> done) {
    trail_->when_checkpointed(audit::Journal::trail, index, std::move(done));
  };
  const Result<void> covered = co_await async::await_answer<Result<void>>(when, caller.owner());
  if (!covered) {
    co_return std::nullopt;
  }
  const auto read = [this, index] { return trail_->prove(audit::Journal::trail, index); };
  Result<std::string> proof = co_await async::run_on(*store_, read, deadline, caller.owner());
  co_return proof ? std::optional(*std::move(proof)) : std::nullopt;
}

}  // namespace rakkan::service
