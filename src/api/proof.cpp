#include "api/proof.hpp"

#include <functional>

#include "api/endpoints.hpp"
#include "api/query_values.hpp"

namespace rakkan::api {

Result<bool> wants_proof(const Request& request) {
  RAKKAN_CHECK(word_parameter(request, kProofParameter, {"wait"}));
  return request.query_parameter(kProofParameter).has_value();
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

}  // namespace rakkan::api
