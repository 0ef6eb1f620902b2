// PUT /v1/credentials/{id}/pin: a party sets its PIN, by the one that holds or by a code. The API key that brings it is
// one that may sign; by itself it is not enough.
#include "api/endpoints.hpp"
#include "api/json_request.hpp"
#include "api/media_type.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/service/pin_change.hpp"

namespace rakkan::api {
namespace {

constexpr std::size_t kSecret = 256;
constexpr std::size_t kCode = 64;

Result<service::ChangePinCommand> read_command(WipedBytes body, const Request& request) {
  RAKKAN_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  RAKKAN_TRY(SecureBytes pin, members.secret("pin", kSecret));
  RAKKAN_TRY(std::optional<SecureBytes> old_pin, members.optional_secret("old_pin", kSecret));
  RAKKAN_TRY(std::optional<SecureBytes> code, members.optional_secret("code", kCode));
  RAKKAN_CHECK(members.done());
  return service::ChangePinCommand{principal_of(request), CredentialId{std::string(request.parameter("id"))},
                                   std::move(pin),        std::move(old_pin),
                                   std::move(code),       request.deadline};
}

}  // namespace

async::Task<Result<Response>> put_pin(Context& context, Request& request) {
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  RAKKAN_CO_TRY(WipedBytes body, co_await read_secret(*request.body, context.options.json));
  RAKKAN_CO_TRY(service::ChangePinCommand command, read_command(std::move(body), request));
  RAKKAN_CO_TRY(const std::uint64_t entry, co_await context.environment.signing.change_pin(std::move(command)));
  json::ObjectWriter json;
  json.text("id", request.parameter("id"))
      .text("pin", "changed")
      .raw("audit", R"({"entry":)" + std::to_string(entry) + "}");
  co_return Response::json(std::move(json).finish() + "\n");
}

}  // namespace rakkan::api
