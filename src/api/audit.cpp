// GET /v1/audit/proofs/{index} and GET /v1/audit/checkpoint: the log for its verifiers. Entries hold no personal data,
// and a proof holds only hashes.
#include "api/endpoints.hpp"
#include "api/query_values.hpp"
#include "rakkan/async/task.hpp"

namespace rakkan::api {
namespace {

constexpr std::chrono::milliseconds kNextCheckpoint{1'000};

Result<audit::Journal> journal_of(const Request& request) {
  const std::string trail(name(audit::Journal::trail));
  const std::string tokens(name(audit::Journal::tokens));
  RAKKAN_TRY(const std::string wanted, word_parameter(request, kJournalParameter, {trail, tokens}));
  return wanted == tokens ? audit::Journal::tokens : audit::Journal::trail;
}

Result<std::uint64_t> index_of(const Request& request) {
  const auto index = parse_number(request.parameter("index"));
  if (!index) {
    return fail(ErrorCode::invalid_request, "must be a whole number of at most 64 bits", "index");
  }
  return *index;
}

Error soon(Error error) {
  if (row(error.code).retryable && !error.retry_after) {
    error.retry_after = kNextCheckpoint;
  }
  return error;
}

}  // namespace

async::Task<Result<Response>> get_audit_proof(Context& context, Request& request) {
  RAKKAN_CO_TRY(const audit::Journal journal, journal_of(request));
  RAKKAN_CO_TRY(const std::uint64_t index, index_of(request));
  const auto prove = [&context, journal, index] {
    return context.environment.trail.prove(journal, index).map_error(soon);
  };
  RAKKAN_CO_TRY(std::string proof, co_await blocking(context, request, prove));
  co_return Response::text(std::move(proof));
}

async::Task<Result<Response>> get_audit_checkpoint(Context& context, Request& request) {
  RAKKAN_CO_TRY(const audit::Journal journal, journal_of(request));
  std::string checkpoint = context.environment.trail.checkpoint(journal);
  if (checkpoint.empty()) {
    co_return fail(soon({ErrorCode::audit_not_checkpointed, "there is no checkpoint yet", {}, {}, {}}));
  }
  Response response = Response::text(std::move(checkpoint));
  response.header("Rakkan-Verifier-Key", context.environment.trail.verifier_key(journal));
  response.header("Cache-Control", "no-cache");
  co_return response;
}

}  // namespace rakkan::api
