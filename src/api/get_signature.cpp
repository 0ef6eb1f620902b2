// GET /v1/signatures/{id} gives the answer of an earlier request of the key's own tenant again.
#include <array>

#include "api/endpoints.hpp"
#include "api/media_type.hpp"
#include "api/signature_answer.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/service/stored_signature.hpp"

namespace rakkan::api {
namespace {

constexpr std::string_view kJsonType = "application/json";
constexpr std::array kOffered{kJsonType, kTailType};

}  // namespace

async::Task<Result<Response>> get_signature(Context& context, Request& request) {
  RAKKAN_CO_TRY(const std::string_view type, choose_media_type(request, kOffered));
  SignatureId id{std::string(request.parameter("id"))};
  RAKKAN_CO_TRY(service::StoredSignature stored,
                co_await context.environment.signing.find_signature(principal_of(request), std::move(id)));
  Response response;
  response.header("Content-Type", type);
  add_signature_headers(response, stored);
  if (type == kTailType) {
    response.append(std::move(stored.tail));
    co_return response;
  }
  json::ObjectWriter json = describe(stored);
  json.number("tail_size", stored.tail.size());
  response.append(std::move(json).finish() + "\n");
  co_return response;
}

}  // namespace rakkan::api
