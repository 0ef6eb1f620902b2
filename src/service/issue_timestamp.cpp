#include "service/signing_service_parts.hpp"

namespace rakkan::service {

Result<tsp::TimestampToken> SigningService::issue_timestamp(const IssueTimestampCommand& command) {
  const async::Deadline deadline = async::deadline_in(parts_->options.deadline);
  RAKKAN_TRY(const auto timestamper, parts_->timestamper(command.tsa));
  const auto issue = [&] { return timestamper->timestamp(command.digest); };
  return parts_->cpu.run(issue, deadline);
}

Bytes SigningService::answer_timestamp_request(ByteView request) {
  const async::Deadline deadline = async::deadline_in(parts_->options.deadline);
  const auto answer = [&]() -> Result<Bytes> {
    RAKKAN_TRY(const auto unit, parts_->unit());
    return unit->respond(request);
  };
  Result<Bytes> response = parts_->cpu.run(answer, deadline);
  if (!response) {
    const ErrorRow& reason = row(response.error().code);
    return tsp::encode_rejection(
        {.status = 2, .failure_info = reason.failure_info, .text = std::string(reason.title_en)});
  }
  return *std::move(response);
}

}  // namespace rakkan::service
