#include "rakkan/async/task.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/tsp/tsu.hpp"
#include "service/key_use.hpp"
#include "service/timestampers.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

TimestampAnswer rejected(Error why, bool lasting) { return {tsp::Tsu::reject(why), std::move(why), lasting}; }

// Reasons for rejection that lie in the request itself are judged first, and apart from all troubles of our own.
async::Task<TimestampAnswer> answer(const TimestampIssuing& with, const access::Principal& caller, const Bytes& request,
                                    async::Deadline deadline) {
  auto parsed = tsp::TimestampRequest::parse(request);
  if (!parsed) {
    co_return rejected(std::move(parsed).error(), true);
  }
  auto accepted = tsp::accept_request(*parsed, with.policy);
  if (!accepted) {
    co_return rejected(std::move(accepted).error(), true);
  }
  if (auto ready = with.trail.ready(); !ready) {
    co_return rejected(std::move(ready).error(), false);
  }
  auto unit = co_await with.timestampers.unit(deadline);
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
  const TimestampIssuing& with = use_cases_->timestamps;
  const async::Deadline deadline = deadline_of(command.deadline, with.time);
  RAKKAN_CO_CHECK(with.trail.ready());
  RAKKAN_CO_TRY(const auto timestamper, co_await with.timestampers.of(command.tsa, command.role, deadline));
  co_return co_await timestamper->timestamp(command.principal, command.digest, deadline);
}

async::Task<TimestampAnswer> SigningService::answer_timestamp_request(access::Principal principal, Bytes request,
                                                                      std::optional<async::Deadline> deadline) {
  const TimestampIssuing& with = use_cases_->timestamps;
  TimestampAnswer answered = co_await answer(with, principal, request, deadline_of(deadline, with.time));
  if (answered.rejected) {
    with.rejections.add(answered.rejected->code);
  }
  co_return answered;
}

}  // namespace rakkan::service
