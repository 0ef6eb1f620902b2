// POST /v1/augmentations brings a signed document to a higher level, and returns it whole, or the appended bytes, or
// both with everything that is known about them as JSON.
#include <array>
#include <memory>

#include "api/endpoints.hpp"
#include "api/idempotency_key.hpp"
#include "api/json_request.hpp"
#include "api/media_type.hpp"
#include "api/signature_answer.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/http/multipart.hpp"
#include "rakkan/service/augmentation.hpp"
#include "rakkan/service/once.hpp"

namespace rakkan::api {
namespace {

constexpr std::string_view kPdfType = "application/pdf";
constexpr std::string_view kJsonType = "application/json";
constexpr std::array kOffered{kJsonType, kPdfType, kTailType};
constexpr const char* kRequestPart = "request";
constexpr const char* kDocumentPart = "document";
constexpr std::size_t kName = 32;    // bytes in the name of a profile
constexpr std::size_t kField = 256;  // bytes in the name of a field
constexpr std::size_t kWord = 16;

struct Received {
  service::AugmentCommand command;
  std::string parameters;  // in their canonical form
  std::shared_ptr<http::DocumentBuffer> document;
  crypto::Digest digest;  // SHA-256 of it
};

Result<service::AugmentCommand> read_request(WipedBytes json) {
  RAKKAN_TRY(const json::Document parsed, parse_json(json));
  json::Members request = parsed.root();
  service::AugmentCommand command;
  RAKKAN_TRY(const std::string word, request.text("level", kWord));
  const auto level = pades::baseline_level_from_name(word);
  if (!level || !pades::needs_timestamp(*level)) {
    return request.not_among("level", {"B-T", "B-LT", "B-LTA"});
  }
  command.level = *level;
  RAKKAN_TRY(const std::optional<std::string> only, request.optional_text("only", kField));
  command.only = only.value_or("");
  RAKKAN_TRY(const std::optional<std::string> tsa, request.optional_text("tsa", kName));
  command.tsa = tsa.value_or("");
  if (request.has("iso_docmdp")) {
    RAKKAN_TRY(command.iso_docmdp, request.flag("iso_docmdp"));
  }
  RAKKAN_CHECK(request.done());
  return command;
}

std::string canonical(const service::AugmentCommand& command) {
  json::ObjectWriter json;
  json.text("level", pades::name(command.level))
      .text("only", command.only)
      .flag("iso_docmdp", command.iso_docmdp)
      .text("tsa", command.tsa);
  return std::move(json).finish();
}

// The document is hashed while it arrives, for the Idempotency-Key; what its signatures cover is known at its end only.
async::Task<Result<Received>> receive(Context& context, Request& request) {
  RAKKAN_CO_TRY(http::MultipartReader form, http::MultipartReader::open(request, {kRequestPart, kDocumentPart}));
  RAKKAN_CO_TRY(WipedBytes json, co_await form.field(kRequestPart, kJsonType, context.options.json));
  RAKKAN_CO_TRY(service::AugmentCommand command, read_request(std::move(json)));
  crypto::Hasher hasher(crypto::DigestAlgorithm::sha256);
  const std::function<void(ByteView)> hash = [&hasher](ByteView piece) { hasher.update(piece); };
  RAKKAN_CO_TRY(http::DocumentBuffer buffer,
                co_await form.document(kDocumentPart, kPdfType, context.options.document, hash));
  RAKKAN_CO_CHECK(co_await form.finish());
  auto document = std::make_shared<http::DocumentBuffer>(std::move(buffer));
  std::string parameters = canonical(command);
  command.document = document->view();
  co_return Received{std::move(command), std::move(parameters), std::move(document), hasher.finish()};
}

std::string describe(const service::AugmentedDocument& made) {
  json::ObjectWriter json;
  if (made.entry != 0) {
    json::ObjectWriter audit;
    audit.number("entry", made.entry);
    json.raw("audit", std::move(audit).finish());
  }
  json.raw("facts", made.facts).plain("tail", to_base64(made.tail));
  return std::move(json).finish() + "\n";
}

Response answer(std::string_view type, const std::shared_ptr<http::DocumentBuffer>& document,
                service::AugmentedDocument made) {
  Response response;
  response.header("Content-Type", type);
  response.header("Cache-Control", "no-store");
  response.header("Rakkan-Tail-Offset", std::to_string(document->view().size()));
  if (made.entry != 0) {
    response.header("Rakkan-Audit-Entry", std::to_string(made.entry));
  }
  if (type == kJsonType) {
    response.append(describe(made));
    return response;
  }
  if (type == kPdfType) {
    response.append(document, document->view());
  }
  response.append(std::move(made.tail));
  return response;
}

// The answer of an earlier request with the same Idempotency-Key, or a new one.
async::Task<Result<service::AugmentedDocument>> augment(Context& context, const Request& request,
                                                        service::AugmentCommand command, const service::Once& once) {
  if (once.replay() != nullptr) {
    co_return service::AugmentedDocument::decode(once.replay()->answer);
  }
  command.principal = principal_of(request);
  command.deadline = request.deadline;
  command.claim = once.claimed();
  co_return co_await context.environment.signing.augment(std::move(command));
}

}  // namespace

async::Task<Result<Response>> post_augmentations(Context& context, Request& request) {
  RAKKAN_CO_TRY(const std::string_view type, choose_media_type(request, kOffered));
  RAKKAN_CO_TRY(std::optional<std::string> key, idempotency_key(request));
  RAKKAN_CO_TRY(Received received, co_await receive(context, request));
  RAKKAN_CO_CHECK(check_still_stands(context, request));
  service::RepeatableRequest same{std::move(key), name(request.method), request.route, std::move(received.parameters),
                                  copy_of(received.digest.view())};
  const Result<service::Once> once = co_await service::Once::claim(
      context.environment.idempotency, context.blocking, principal_of(request), std::move(same), request.deadline);
  if (!once) {
    note_reused_key(context, request, once.error());
    co_return fail(once.error());
  }
  RAKKAN_CO_TRY(service::AugmentedDocument made,
                co_await augment(context, request, std::move(received.command), *once));
  Response response = answer(type, received.document, std::move(made));
  if (once->replay() != nullptr) {
    response.header(kReplayedHeader, "true");
  }
  co_return response;
}

}  // namespace rakkan::api
