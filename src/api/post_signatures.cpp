// POST /v1/signatures signs a document and returns the document with its signature, or the appended bytes alone.
#include <array>
#include <memory>

#include "api/endpoints.hpp"
#include "api/idempotency_key.hpp"
#include "api/media_type.hpp"
#include "api/sign.hpp"
#include "api/signature_answer.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/http/multipart.hpp"

namespace rakkan::api {
namespace {

constexpr std::string_view kPdfType = "application/pdf";
constexpr std::array kOffered{kPdfType, kTailType};
constexpr const char* kRequestPart = "request";
constexpr const char* kDocumentPart = "document";

struct Received {
  SigningParameters parameters;
  // Kept until the answer is written, since its bytes are the answer's first part.
  std::shared_ptr<http::DocumentBuffer> document;
  service::HashedDocument hashed;
};

// Receives the form's two parts; the document is hashed while it arrives.
async::Task<Result<Received>> receive(Context& context, Request& request) {
  RAKKAN_CO_TRY(http::MultipartReader form, http::MultipartReader::open(request, {kRequestPart, kDocumentPart}));
  RAKKAN_CO_TRY(WipedBytes json, co_await form.field(kRequestPart, "application/json", context.options.json));
  RAKKAN_CO_TRY(SigningParameters parameters, read_document_request(std::move(json)));
  RAKKAN_CO_TRY(const crypto::DigestAlgorithm algorithm,
                context.environment.signing.digest_algorithm(principal_of(request), parameters.credential));
  service::DocumentHasher hasher(algorithm);
  const std::function<void(ByteView)> hash = [&hasher](ByteView piece) { hasher.update(piece); };
  RAKKAN_CO_TRY(http::DocumentBuffer buffer,
                co_await form.document(kDocumentPart, kPdfType, context.options.document, hash));
  RAKKAN_CO_CHECK(co_await form.finish());
  auto document = std::make_shared<http::DocumentBuffer>(std::move(buffer));
  RAKKAN_CO_TRY(service::HashedDocument hashed, std::move(hasher).finish(document->view()));
  co_return Received{std::move(parameters), std::move(document), std::move(hashed)};
}

Response answer(std::string_view type, const std::shared_ptr<http::DocumentBuffer>& document,
                service::GivenSignature given, bool proof_wanted) {
  Response response;
  response.header("Content-Type", type);
  add_signature_headers(response, given.stored);
  response.header("Rakkan-Tail-Offset", std::to_string(document->view().size()));
  if (type == kPdfType) {
    response.append(document, document->view());
  }
  response.append(std::move(given.stored.tail));
  add_proof_header(response, proof_wanted, given.proof);
  if (given.replayed) {
    response.header(kReplayedHeader, "true");
  }
  return response;
}

}  // namespace

async::Task<Result<Response>> post_signatures(Context& context, Request& request) {
  RAKKAN_CO_TRY(const std::string_view type, choose_media_type(request, kOffered));
  RAKKAN_CO_TRY(const bool proof_wanted, wants_proof(request));
  RAKKAN_CO_TRY(std::optional<std::string> key, idempotency_key(request));
  RAKKAN_CO_TRY(Received received, co_await receive(context, request));
  RAKKAN_CO_TRY(service::GivenSignature given,
                co_await sign_document(context, request, std::move(received.parameters), std::move(received.hashed),
                                       std::move(key), proof_wanted));
  co_return answer(type, received.document, std::move(given), proof_wanted);
}

}  // namespace rakkan::api
