// POST /v1/activations takes a party's PIN and returns a token that is good for exactly the given digests.
#include "api/endpoints.hpp"
#include "api/json_request.hpp"
#include "api/media_type.hpp"
#include "api/signing_request.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/service/command.hpp"

namespace rakkan::api {
namespace {

constexpr std::size_t kMostDigests = 1'000;
constexpr std::size_t kName = 32;
constexpr std::size_t kSecret = 256;
constexpr std::size_t kAnswer = 1'024;

Result<service::ActivateCommand> read_command(WipedBytes body, const access::Principal& principal) {
  RAKKAN_TRY(const json::Document document, parse_json(body));
  json::Members request = document.root();
  RAKKAN_TRY(std::string credential, request.text("credential", kName));
  RAKKAN_TRY(std::vector<json::Members> digests, request.objects("digests", kMostDigests));
  std::vector<crypto::Digest> read;
  for (json::Members& digest : digests) {
    RAKKAN_TRY(const crypto::Digest one, read_digest(std::move(digest)));
    read.push_back(one);
  }
  RAKKAN_TRY(SecureBytes pin, request.secret("pin", kSecret));
  auto lifetime = service::ActivateCommand::kLongestActivation;
  if (request.has("lifetime_seconds")) {
    RAKKAN_TRY(const std::int64_t seconds, request.integer("lifetime_seconds", 1, lifetime.count()));
    lifetime = std::chrono::seconds(seconds);
  }
  RAKKAN_CHECK(request.done());
  return service::ActivateCommand{
      principal, CredentialId(std::move(credential)), std::move(read), std::move(pin), lifetime, std::nullopt};
}

}  // namespace

async::Task<Result<Response>> post_activations(Context& context, Request& request) {
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  RAKKAN_CO_TRY(WipedBytes body, co_await read_secret(*request.body, context.options.json));
  RAKKAN_CO_TRY(service::ActivateCommand command, read_command(std::move(body), principal_of(request)));
  command.deadline = request.deadline;
  RAKKAN_CO_TRY(const service::Activated made, co_await context.environment.signing.activate(std::move(command)));
  // The answer with the token is in one piece of memory, which is overwritten after it was sent.
  std::string json;
  json.reserve(kAnswer);
  json += R"({"activation":)";
  json::append_quoted(json, made.token.text());
  json += R"(,"expires":)";
  json::append_quoted(json, to_rfc3339(made.expires));
  json += R"(,"audit":{"entry":)" + std::to_string(made.entry) + "}}\n";
  co_return Response::secret_json(std::move(json), 201);
}

}  // namespace rakkan::api
