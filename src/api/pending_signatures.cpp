// GET /v1/signatures:pending, POST /v1/signatures/{id}:finish and :abandon: signatures that have their value and wait
// for their timestamp.
#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "api/signature_answer.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/http/multipart.hpp"
#include "rakkan/service/signing_line.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::api {
namespace {

constexpr std::string_view kFormType = "multipart/form-data";
constexpr const char* kDocumentPart = "document";

// The document of a signature of B-LT or B-LTA, which is completed behind it. The hash views the buffer.
struct Brought {
  std::shared_ptr<http::DocumentBuffer> buffer;
  std::optional<service::HashedDocument> document;
};

// Receives the document when the request has one; it is hashed while it arrives.
async::Task<Result<Brought>> receive(Context& context, Request& request) {
  Brought brought;
  if (request.media_type() != kFormType) {
    co_return brought;
  }
  RAKKAN_CO_TRY(http::MultipartReader form, http::MultipartReader::open(request, {kDocumentPart}));
  service::DocumentHasher hasher(crypto::DigestAlgorithm::sha256);
  const std::function<void(ByteView)> hash = [&hasher](ByteView piece) { hasher.update(piece); };
  RAKKAN_CO_TRY(http::DocumentBuffer buffer,
                co_await form.document(kDocumentPart, "application/pdf", context.options.document, hash));
  RAKKAN_CO_CHECK(co_await form.finish());
  brought.buffer = std::make_shared<http::DocumentBuffer>(std::move(buffer));
  RAKKAN_CO_TRY(brought.document, std::move(hasher).finish(brought.buffer->view()));
  co_return brought;
}

}  // namespace

async::Task<Result<Response>> get_pending_signatures(Context& context, Request& request) {
  const auto all = context.environment.signing.pending_signatures(principal_of(request));
  json::ObjectWriter json;
  json.raw("signatures", json::array_of(all, [&](const service::PendingSignature& one) {
             json::ObjectWriter line = describe(one);
             if (is_operator(request)) {
               line.text("tenant", one.tenant.value());
             }
             return std::move(line).finish();
           }));
  Response response = Response::json(std::move(json).finish() + "\n");
  response.header("Cache-Control", "no-store");
  co_return response;
}

async::Task<Result<Response>> post_finish(Context& context, Request& request) {
  SignatureId id{std::string(request.parameter("id"))};
  RAKKAN_CO_TRY(const Brought brought, co_await receive(context, request));
  RAKKAN_CO_TRY(const service::StoredSignature stored,
                co_await context.environment.signing.finish_signature(
                    principal_of(request), std::move(id), service::SigningService::When::at_once, request.deadline,
                    brought.document ? &*brought.document : nullptr));
  json::ObjectWriter json = describe(stored);
  json.plain("tail", to_base64(stored.tail));
  Response response = Response::json(std::move(json).finish() + "\n");
  add_signature_headers(response, stored);
  co_return response;
}

async::Task<Result<Response>> post_abandon(Context& context, Request& request) {
  SignatureId id{std::string(request.parameter("id"))};
  const Result<std::uint64_t> outcome =
      co_await context.environment.signing.abandon_signature(principal_of(request), id);
  if (!outcome && outcome.error().code == ErrorCode::signature_unknown && !is_operator(request)) {
    note_refusal(context, request, outcome.error().code);
  }
  RAKKAN_CO_CHECK(outcome);
  json::ObjectWriter audit;
  audit.number("outcome", *outcome);
  json::ObjectWriter json;
  json.text("signature_id", id.value()).text("state", "abandoned").raw("audit", std::move(audit).finish());
  co_return Response::json(std::move(json).finish() + "\n");
}

}  // namespace rakkan::api
