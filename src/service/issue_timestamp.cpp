#include "service/service_parts.hpp"

#include "rakkan/async/task.hpp"

namespace rakkan::service {
namespace {

TimestampAnswer rejected(Error why, bool lasting) { return {tsp::Tsu::reject(why), std::move(why), lasting}; }

// Reasons for rejection that lie in the request itself are judged first, and apart from all troubles of our own.
async::Task<TimestampAnswer> answer(ServiceParts& parts, const access::Principal& caller, const Bytes& request,
                                    async::Deadline deadline) {
  auto parsed = tsp::TimestampRequest::parse(request);
  if (!parsed) {
    co_return rejected(std::move(parsed).error(), true);
  }
  auto accepted = tsp::accept_request(*parsed, parts.tsu_policy);
  if (!accepted) {
    co_return rejected(std::move(accepted).error(), true);
  }
  if (auto ready = parts.environment.trail.ready(); !ready) {
    co_return rejected(std::move(ready).error(), false);
  }
  auto unit = co_await parts.unit(deadline);
  if (!unit) {
    co_return rejected(std::move(unit).error(), false);
  }
  auto token = co_await (*unit)->issue(caller, *parsed, deadline);
  if (!token) {
    co_return rejected(std::move(token).error(), false);
  }
  co_return TimestampAnswer{tsp::encode_granted(*token), std::nullopt, true};
}

}  // namespace

async::Task<Result<tsp::TimestampToken>> SigningService::issue_timestamp(IssueTimestampCommand command) {
  const async::Deadline deadline = parts_->deadline_or_default(command.deadline);
  RAKKAN_CO_CHECK(parts_->environment.trail.ready());
  RAKKAN_CO_TRY(const auto timestamper, co_await parts_->timestamper(command.tsa, deadline));
  co_return co_await timestamper->timestamp(command.principal, command.digest, deadline);
}

async::Task<TimestampAnswer> SigningService::answer_timestamp_request(access::Principal principal, Bytes request,
                                                                      std::optional<async::Deadline> deadline) {
  TimestampAnswer answered = co_await answer(*parts_, principal, request, parts_->deadline_or_default(deadline));
  if (answered.rejected) {
    parts_->rejections.add(answered.rejected->code);
  }
  co_return answered;
}

}  // namespace rakkan::service
