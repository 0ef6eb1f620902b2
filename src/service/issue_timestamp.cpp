#include "service/service_parts.hpp"

namespace rakkan::service {
namespace {

async::Task<Result<Bytes>> token_for(ServiceParts& parts, const Principal& caller, const Bytes& request,
                                     async::Deadline deadline) {
  RAKKAN_CO_TRY(const auto parsed, tsp::TimestampRequest::parse(request));
  RAKKAN_CO_CHECK(parts.environment.trail.ready());
  RAKKAN_CO_TRY(const auto unit, co_await parts.unit(deadline));
  co_return co_await unit->issue(caller, parsed, deadline);
}

}  // namespace

async::Task<Result<tsp::TimestampToken>> SigningService::issue_timestamp(IssueTimestampCommand command) {
  const async::Deadline deadline = parts_->deadline_or_default(command.deadline);
  RAKKAN_CO_CHECK(parts_->environment.trail.ready());
  RAKKAN_CO_TRY(const auto timestamper, co_await parts_->timestamper(command.tsa, deadline));
  co_return co_await timestamper->timestamp(command.principal, command.digest, deadline);
}

async::Task<Bytes> SigningService::answer_timestamp_request(Principal principal, Bytes request,
                                                            std::optional<async::Deadline> deadline) {
  const Result<Bytes> token = co_await token_for(*parts_, principal, request, parts_->deadline_or_default(deadline));
  co_return token ? tsp::encode_granted(*token) : tsp::Tsu::reject(token.error());
}

}  // namespace rakkan::service
