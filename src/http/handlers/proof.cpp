#include "http/handlers/proof.hpp"

#include <functional>

#include "http/handlers/endpoints.hpp"

namespace rakkan::http {

Result<bool> wants_proof(const Request& request) {
  const auto proof = request.query_parameter(kProofParameter);
  if (proof && *proof != "wait") {
    return fail(ErrorCode::malformed_request, "must be wait", std::string(kProofParameter));
  }
  return proof.has_value();
}

async::Task<std::optional<std::string>> await_proof(Context& context, const Request& request, std::uint64_t index) {
  audit::Trail& trail = context.environment.trail;
  const auto when = [&trail, index](std::function<void(Result<void>)> done) {
    trail.when_checkpointed(audit::Journal::trail, index, std::move(done));
  };
  const Result<void> covered = co_await async::await_answer<Result<void>>(when);
  if (!covered) {
    co_return std::nullopt;
  }
  const auto prove = [&trail, index] { return trail.prove(audit::Journal::trail, index); };
  Result<std::string> proof = co_await blocking(context, request, prove);
  co_return proof ? std::optional(*std::move(proof)) : std::nullopt;
}

}  // namespace rakkan::http
