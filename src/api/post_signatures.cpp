// POST /v1/signatures: a document in, the document with its signature out, or the appended bytes alone.
#include <array>
#include <memory>

#include "api/endpoints.hpp"
#include "api/media_type.hpp"
#include "api/once.hpp"
#include "api/proof.hpp"
#include "api/signature_answer.hpp"
#include "api/signing_request.hpp"
#include "rakkan/http/multipart.hpp"

namespace rakkan::api {
namespace {

constexpr std::string_view kPdfType = "application/pdf";
constexpr std::array kOffered{kPdfType, kTailType};
constexpr const char* kRequestPart = "request";
constexpr const char* kDocumentPart = "document";

struct Received {
  SigningParameters parameters;
  std::shared_ptr<http::DocumentBuffer>
      document;  // kept until the answer is written: its bytes are the answer's first part
  service::HashedDocument hashed;
};

// The form's two parts; the document is hashed while it arrives.
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

async::Task<Result<service::StoredSignature>> sign(Context& context, const Request& request, Received& received,
                                                   const Once& once) {
  service::SigningService& signing = context.environment.signing;
  if (once.replay() != nullptr) {
    co_return co_await signing.find_signature(principal_of(request), once.replay()->signature);
  }
  SigningParameters& parameters = received.parameters;
  service::SignPdfCommand command{principal_of(request),
                                  parameters.credential,
                                  parameters.type,
                                  parameters.level,
                                  std::move(received.hashed),
                                  std::move(parameters.field),
                                  std::move(parameters.consent),
                                  std::move(parameters.tsa),
                                  request.deadline,
                                  once.claimed()};
  RAKKAN_CO_TRY(service::SignedDocument made, co_await signing.sign_pdf(std::move(command)));
  co_return std::move(made.stored);
}

Response answer(std::string_view type, const Received& received, service::StoredSignature stored) {
  Response response;
  response.header("Content-Type", type);
  add_signature_headers(response, stored);
  response.header("Rakkan-Tail-Offset", std::to_string(received.document->view().size()));
  if (type == kPdfType) {
    response.append(received.document, received.document->view());
  }
  response.append(std::move(stored.tail));
  return response;
}

}  // namespace

async::Task<Result<Response>> post_signatures(Context& context, Request& request) {
  RAKKAN_CO_TRY(const std::string_view type, choose_media_type(request, kOffered));
  RAKKAN_CO_TRY(const bool proof_wanted, wants_proof(request));
  RAKKAN_CO_TRY(std::optional<std::string> key, Once::key_of(request));
  RAKKAN_CO_TRY(Received received, co_await receive(context, request));
  Bytes digest = copy_of(received.hashed.document_digest().view());
  std::string what = received.parameters.canonical();
  RAKKAN_CO_TRY(const Once once,
                co_await Once::claim(context, request, std::move(key), std::move(what), std::move(digest)));
  RAKKAN_CO_TRY(service::StoredSignature stored, co_await sign(context, request, received, once));
  std::optional<std::string> proof;
  if (proof_wanted) {
    proof = co_await await_proof(context, request, stored.outcome);
  }
  Response response = answer(type, received, std::move(stored));
  add_proof_header(response, proof_wanted, proof);
  if (once.replay() != nullptr) {
    response.header(kReplayedHeader, "true");
  }
  co_return response;
}

}  // namespace rakkan::api
