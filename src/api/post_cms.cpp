// POST /v1/cms signs a digest and returns a detached CMS. The document never leaves the caller.
#include <array>

#include "api/endpoints.hpp"
#include "api/idempotency_key.hpp"
#include "api/media_type.hpp"
#include "api/sign.hpp"
#include "api/signature_answer.hpp"
#include "rakkan/async/task.hpp"

namespace rakkan::api {
namespace {

constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kDerType = "application/pkcs7-signature";
constexpr std::array kOffered{kJsonType, kDerType};

Response answer(std::string_view type, service::GivenSignature made, bool proof_wanted) {
  const bool json = type == kJsonType;
  Response response;
  response.header("Content-Type", type);
  add_signature_headers(response, made.stored);
  if (json) {
    response.append(describe_cms(made.stored, proof_wanted, made.proof) + "\n");
  } else {
    add_proof_header(response, proof_wanted, made.proof);
    response.append(std::move(made.stored.tail));
  }
  if (made.replayed) {
    response.header(kReplayedHeader, "true");
  }
  return response;
}

}  // namespace

async::Task<Result<Response>> post_cms(Context& context, Request& request) {
  RAKKAN_CO_TRY(const std::string_view type, choose_media_type(request, kOffered));
  RAKKAN_CO_CHECK(require_media_type(request, kJsonType));
  RAKKAN_CO_TRY(const bool proof_wanted, wants_proof(request));
  RAKKAN_CO_TRY(std::optional<std::string> key, idempotency_key(request));
  RAKKAN_CO_TRY(WipedBytes body, co_await read_secret(*request.body, context.options.json));
  RAKKAN_CO_TRY(SigningParameters parameters, read_digest_request(std::move(body)));
  RAKKAN_CO_TRY(service::GivenSignature made,
                co_await sign_digest(context, request, std::move(parameters), std::move(key), proof_wanted));
  co_return answer(type, std::move(made), proof_wanted);
}

}  // namespace rakkan::api
