#include "service/signing_service_parts.hpp"

namespace rakkan::service {

async::Task<Result<tsp::TimestampToken>> SigningService::issue_timestamp(IssueTimestampCommand command) {
  const async::Deadline deadline = command.deadline.value_or(async::deadline_in(parts_->options.deadline));
  RAKKAN_CO_TRY(const auto timestamper, parts_->timestamper(command.tsa));
  const auto issue = [&] { return timestamper->timestamp(command.digest); };
  co_return co_await async::run_on(parts_->cpu, issue, deadline);
}

async::Task<Bytes> SigningService::answer_timestamp_request(Principal, Bytes request,
                                                            std::optional<async::Deadline> given) {
  const async::Deadline deadline = given.value_or(async::deadline_in(parts_->options.deadline));
  const auto answer = [&]() -> Result<Bytes> {
    RAKKAN_TRY(const auto unit, parts_->unit());
    return unit->respond(request);
  };
  Result<Bytes> response = co_await async::run_on(parts_->cpu, answer, deadline);
  if (!response) {
    const ErrorRow& reason = row(response.error().code);
    co_return tsp::encode_rejection(
        {.status = 2, .failure_info = reason.failure_info, .text = std::string(reason.title_en)});
  }
  co_return *std::move(response);
}

}  // namespace rakkan::service
