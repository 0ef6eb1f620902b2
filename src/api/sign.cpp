#include "api/sign.hpp"

#include <utility>
#include "rakkan/async/task.hpp"
#include "rakkan/service/wanted_signature.hpp"

#include "api/endpoints.hpp"
#include "api/idempotency_key.hpp"
#include "api/query_values.hpp"

namespace rakkan::api {
namespace {

service::RepeatableRequest repeatable(const Request& request, std::optional<std::string> key, std::string parameters,
                                      ByteView digest) {
  return {std::move(key), name(request.method), request.route, std::move(parameters), copy_of(digest)};
}

service::SigningRequest named_request(const Request& request, SigningParameters& parameters) {
  service::SigningRequest named = std::move(static_cast<service::SigningRequest&>(parameters));
  named.principal = principal_of(request);
  named.deadline = request.deadline;
  return named;
}

async::Task<Result<service::GivenSignature>> sign(Context& context, const Request& request,
                                                  service::WantedSignature wanted) {
  RAKKAN_CO_CHECK(check_still_stands(context, request));  // a line of a batch may be begun long after its request
  Result<service::GivenSignature> given = co_await context.desk.sign(std::move(wanted));
  if (!given) {
    note_reused_key(context, request, given.error());
  }
  co_return given;
}

}  // namespace

Result<bool> wants_proof(const Request& request) {
  RAKKAN_CHECK(word_parameter(request, kProofParameter, {"wait"}));
  return request.query_parameter(kProofParameter).has_value();
}

async::Task<Result<service::GivenSignature>> sign_document(Context& context, const Request& request,
                                                           SigningParameters parameters,
                                                           service::HashedDocument document,
                                                           std::optional<std::string> key, bool proof) {
  service::RepeatableRequest same =
      repeatable(request, std::move(key), parameters.canonical(), document.document_digest().view());
  service::FieldChoice field = std::move(parameters.field);
  service::SignPdfCommand command{named_request(request, parameters), std::move(document), std::move(field)};
  service::WantedSignature wanted{std::move(command), std::move(same), proof};
  co_return co_await sign(context, request, std::move(wanted));
}

async::Task<Result<service::GivenSignature>> sign_digest(Context& context, const Request& request,
                                                         SigningParameters parameters, std::optional<std::string> key,
                                                         bool proof) {
  const crypto::Digest digest = *parameters.digest;
  std::string text = parameters.canonical();
  text += crypto::info(digest.algorithm()).name;
  service::RepeatableRequest same = repeatable(request, std::move(key), std::move(text), digest.view());
  service::SignHashCommand command{named_request(request, parameters), digest};
  service::WantedSignature wanted{std::move(command), std::move(same), proof};
  co_return co_await sign(context, request, std::move(wanted));
}

}  // namespace rakkan::api
