// DELETE /v1/activations/{id} ends an activation before its time.
#include "api/endpoints.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::api {

async::Task<Result<Response>> delete_activation(Context& context, Request& request) {
  const std::string id(request.parameter("id"));
  std::optional<Bytes> octets = from_hex(id);
  if (!octets) {
    co_return fail(ErrorCode::activation_unknown, "there is no such activation", "id");
  }
  RAKKAN_CO_TRY(const std::uint64_t entry,
                co_await context.environment.signing.withdraw_activation(principal_of(request), std::move(*octets)));
  json::ObjectWriter json;
  json.text("id", id).raw("audit", R"({"entry":)" + std::to_string(entry) + "}");
  co_return Response::json(std::move(json).finish() + "\n");
}

}  // namespace rakkan::api
