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

bool is_our_fault(const Error& rejection) noexcept {
  const PkiFailureInfo info = row(rejection.code).failure_info;
  return info == PkiFailureInfo::system_failure || info == PkiFailureInfo::time_not_available;
}

async::Task<Result<tsp::TimestampToken>> SigningService::issue_timestamp(IssueTimestampCommand command) {
  const async::Deadline deadline = parts_->deadline_or_default(command.deadline);
  RAKKAN_CO_CHECK(parts_->environment.trail.ready());
  RAKKAN_CO_TRY(const auto timestamper, co_await parts_->timestamper(command.tsa, deadline));
  co_return co_await timestamper->timestamp(command.principal, command.digest, deadline);
}

async::Task<TimestampAnswer> SigningService::answer_timestamp_request(Principal principal, Bytes request,
                                                                      std::optional<async::Deadline> deadline) {
  Result<Bytes> token = co_await token_for(*parts_, principal, request, parts_->deadline_or_default(deadline));
  if (token) {
    co_return TimestampAnswer{tsp::encode_granted(*token), std::nullopt};
  }
  parts_->rejections.add(token.error().code);
  Bytes rejection = tsp::Tsu::reject(token.error());
  co_return TimestampAnswer{std::move(rejection), std::move(token).error()};
}

}  // namespace rakkan::service
