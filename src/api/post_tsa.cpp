// POST /tsa: the time-stamp protocol over HTTP (RFC 3161 §3.4). A rejection is a TimeStampResp with status 200, too;
// HTTP's own error statuses are for faults of the transport.
#include "api/endpoints.hpp"
#include "api/idempotency_key.hpp"
#include "api/media_type.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/once.hpp"

namespace rakkan::api {
namespace {

constexpr std::uint64_t kLargestQuery = 4 * 1024;

Response reply(Bytes body) {
  Response response;
  response.header("Content-Type", "application/timestamp-reply");
  response.header("Cache-Control", "no-store");
  response.append(std::move(body));
  return response;
}

// Keeps a lasting answer under its Idempotency-Key; after a trouble of our own the key is free again. Losing the answer
// in a crash costs a second token, which harms nobody.
async::Task<Result<void>> keep(Context& context, const Request& request, const service::IdempotencyClaim& claim,
                               const Bytes& answer) {
  const service::Idempotency::Replay row{principal_of(request).tenant,    claim.key,     claim.fingerprint,
                                         context.environment.clock.now(), SignatureId(), answer};
  const auto keep = [&] { return context.environment.idempotency.keep(row); };
  co_return co_await blocking(context, request, keep);
}

// A rejection has status 200, so only this line of the log shows a trouble of ours; the requester's own mistakes are
// counted and not logged. A key that ended meanwhile is refused as everywhere: api_key_expired.
async::Task<Result<service::TimestampAnswer>> answer(Context& context, const Request& request,
                                                     access::Principal principal, Bytes query) {
  service::TimestampAnswer answered = co_await context.environment.signing.answer_timestamp_request(
      std::move(principal), std::move(query), request.deadline);
  if (answered.rejected && answered.rejected->code == ErrorCode::api_key_expired) {
    note_refusal(context, request, answered.rejected->code);
    co_return fail(*std::move(answered.rejected));
  }
  if (answered.rejected && !answered.lasting) {
    context.failures.note("a timestamp was refused", *answered.rejected, request.id);
  }
  co_return answered;
}

}  // namespace

async::Task<Result<Response>> post_tsa(Context& context, Request& request) {
  RAKKAN_CO_CHECK(require_media_type(request, "application/timestamp-query"));
  RAKKAN_CO_TRY(std::optional<std::string> key, idempotency_key(request));
  RAKKAN_CO_TRY(Bytes query, co_await read_all(*request.body, kLargestQuery));
  if (principal_or_null(request) == nullptr) {  // a caller without a key has no Idempotency-Keys
    access::Principal nobody{"anybody"};
    RAKKAN_CO_TRY(service::TimestampAnswer given,
                  co_await answer(context, request, std::move(nobody), std::move(query)));
    co_return reply(std::move(given.response));
  }
  const access::Principal& principal = principal_of(request);
  service::RepeatableRequest same{std::move(key), name(request.method), request.route, {}, query};
  const Result<service::Once> once = co_await service::Once::claim(context.environment.idempotency, context.blocking,
                                                                   principal, std::move(same), request.deadline);
  if (!once) {
    note_reused_key(context, request, once.error());
    co_return fail(once.error());
  }
  if (once->replay() != nullptr) {
    Response response = reply(once->replay()->answer);
    response.header(kReplayedHeader, "true");
    co_return response;
  }
  access::Principal caller = principal_of(request);
  RAKKAN_CO_TRY(service::TimestampAnswer given, co_await answer(context, request, std::move(caller), std::move(query)));
  if (once->claimed() && given.lasting) {
    RAKKAN_CO_CHECK(co_await keep(context, request, *once->claimed(), given.response));
  }
  co_return reply(std::move(given.response));
}

}  // namespace rakkan::api
