#include "cli/administration.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "cli/runtime.hpp"
#include "rakkan/api/api.hpp"
#include "rakkan/api/audit_api.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/http/dispatch.hpp"
#include "rakkan/http/server.hpp"
#include "rakkan/preflight/preflight.hpp"
#include "rakkan/service/archive.hpp"
#include "rakkan/service/backup.hpp"
#include "rakkan/service/idempotency.hpp"
#include "rakkan/telemetry/log.hpp"
#include "rakkan/telemetry/metrics.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;
using std::chrono_literals::operator""h;

// The longest wait for an answer: a large key in a slow token, or a verification of a long log.
constexpr std::chrono::milliseconds kPatience = 1h;

class There final : public Administration {
 public:
  explicit There(Remote remote) : remote_(std::move(remote)) {}
  [[nodiscard]] Result<WipedBytes> ask(const RemoteRequest& request) const override {
    RAKKAN_TRY(fetch::HttpResponse answer, remote_.ask(request));
    WipedBytes body(answer.body.begin(), answer.body.end());
    secure_wipe(answer.body);
    return body;
  }

 private:
  Remote remote_;
};

std::optional<http::Method> method_of(std::string_view text) {
  for (const http::Method method : {http::Method::get, http::Method::post, http::Method::put, http::Method::delete_}) {
    if (name(method) == text) {
      return method;
    }
  }
  return std::nullopt;
}

Result<WipedBytes> dispatch_here(const http::Router& router, const RemoteRequest& request) {
  const auto method = method_of(request.method);
  if (!method) {
    return fail(ErrorCode::internal, "a command asks by another method", request.method);
  }
  Bytes joined;  // a request within a process has its body in one piece
  ByteView body = request.body.empty() ? ByteView() : request.body.front();
  if (request.body.size() > 1) {
    std::for_each(request.body.begin(), request.body.end(), [&](ByteView piece) { append(joined, piece); });
    body = joined;
  }
  RAKKAN_TRY(http::DirectAnswer answer,
             async::block_on(http::dispatch(router, {*method, request.path, request.content_type, body, ::getuid(),
                                                     async::deadline_in(kPatience)})));
  return std::move(answer.body);
}

// ServiceHere is the whole API on a folder that this process opens itself.
class ServiceHere final : public Administration {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Administration>> open(const GlobalOptions& global) {
    RAKKAN_TRY(std::unique_ptr<Runtime> runtime, Runtime::open(global));
    auto here = std::make_unique<ServiceHere>(std::move(runtime));
    RAKKAN_CHECK(here->prepare());
    return here;
  }
  explicit ServiceHere(std::unique_ptr<Runtime> runtime)
      : runtime_(std::move(runtime)),
        archive_(runtime_->store(), runtime_->configuration().data_dir),
        backup_({runtime_->store(), runtime_->trail(), clock_, runtime_->configuration().data_dir, RAKKAN_VERSION,
                 [this] { return preflight::configuration_of_copy(runtime_->configuration()); }}) {}

  [[nodiscard]] Result<WipedBytes> ask(const RemoteRequest& request) const override {
    return dispatch_here(router_, request);
  }

 private:
  [[nodiscard]] Result<void> prepare() {
    RAKKAN_TRY(keys_, runtime_->open_api_keys());
    RAKKAN_TRY(idempotency_, service::Idempotency::open(runtime_->store(), clock_, random_,
                                                        runtime_->configuration().http.idempotency));
    // A command reports errors by itself, so only critical lines of the API's log are shown.
    RAKKAN_TRY(log_, telemetry::Log::open({"critical", "stderr", 1'024}, clock_));
    service::Assembly& service = runtime_->service();
    api::ApiOptions options =
        api::api_options(runtime_->configuration().http, runtime_->configuration().service.limits.document);
    options.housekeeping = false;
    api_ = std::make_unique<api::Api>(options, api::ApiEnvironment{.signing = service.signing(),
                                                                   .state = service.state(),
                                                                   .credentials = service.credentials(),
                                                                   .pins = service.activation(),
                                                                   .keys = *keys_,
                                                                   .idempotency = *idempotency_,
                                                                   .refusals = service.refusals(),
                                                                   .trail = runtime_->trail(),
                                                                   .clock = clock_,
                                                                   .log = *log_,
                                                                   .metrics = metrics_,
                                                                   .archive = archive_,
                                                                   .backup = backup_});
    router_ = api_->router();
    return {};
  }

  SystemClock clock_;
  crypto::SystemRandom random_;
  std::unique_ptr<Runtime> runtime_;
  service::Archive archive_;
  service::Backup backup_;
  std::unique_ptr<access::ApiKeys> keys_;
  std::unique_ptr<service::Idempotency> idempotency_;
  std::unique_ptr<telemetry::Log> log_;
  telemetry::Metrics metrics_;
  std::unique_ptr<api::Api> api_;
  http::Router router_;
};

class LogHere final : public Administration {
 public:
  explicit LogHere(std::unique_ptr<service::OpenArchive> archive)
      : archive_(std::move(archive)), api_(*archive_), router_(api_.router()) {}

  [[nodiscard]] Result<WipedBytes> ask(const RemoteRequest& request) const override {
    return dispatch_here(router_, request);
  }

 private:
  std::unique_ptr<service::OpenArchive> archive_;
  api::AuditApi api_;
  http::Router router_;
};

}  // namespace

Result<std::optional<Remote>> find_server(const GlobalOptions& global, const RemoteOptions& remote,
                                          std::chrono::milliseconds patience) {
  if (remote.chosen()) {
    return Remote::open(remote, patience);
  }
  RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
  const auto socket = http::admin_socket(configuration.http, configuration.data_dir);
  return fetch::is_listened_on(socket) ? std::optional(Remote::by_socket(socket, patience)) : std::nullopt;
}

Result<std::unique_ptr<Administration>> Administration::of_server(const GlobalOptions& global,
                                                                  const RemoteOptions& remote) {
  RAKKAN_TRY(std::optional<Remote> server, find_server(global, remote, kPatience));
  return server ? std::make_unique<There>(*std::move(server)) : nullptr;
}

Result<std::unique_ptr<Administration>> Administration::open(const GlobalOptions& global, const RemoteOptions& remote,
                                                             Needs needs) {
  RAKKAN_TRY(std::unique_ptr<Administration> server, of_server(global, remote));
  if (server != nullptr) {
    return server;
  }
  if (needs == Needs::log) {
    RAKKAN_TRY(auto archive, open_archive(global));
    return std::make_unique<LogHere>(std::move(archive));
  }
  return ServiceHere::open(global);
}

Result<json::object> json_of(const WipedBytes& answer) {
  json::error_code broken;
  json::value document = json::parse(text_of(ByteView(answer)), broken);
  if (broken || !document.is_object()) {
    return fail(ErrorCode::malformed_server_answer, "the answer is no JSON object");
  }
  return std::move(document.get_object());
}

Result<json::object> Administration::ask_json(std::string method, std::string path, const json::object& body) const {
  const bool has_body = method == "POST";
  const std::string text = has_body ? json::serialize(body) : std::string();
  RAKKAN_TRY(const WipedBytes answer, ask({std::move(method),
                                           std::move(path),
                                           has_body ? "application/json" : "",
                                           "application/json",
                                           {bytes_of(text)},
                                           Repeat::harmless}));
  return json_of(answer);
}

Result<json::object> Administration::change(std::string path, std::string_view json) const {
  RAKKAN_TRY(const WipedBytes answer,
             ask({"POST", std::move(path), "application/json", "application/json", {bytes_of(json)}, Repeat::never}));
  return json_of(answer);
}

Result<json::object> Administration::post(std::string path) const {
  RAKKAN_TRY(const WipedBytes answer, ask({"POST", std::move(path), "", "application/json", {}, Repeat::harmless}));
  return json_of(answer);
}

std::string text_member(const json::object& object, std::string_view member) {
  const json::value* const value = object.if_contains(member);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

json::array array_member(const json::object& object, std::string_view member) {
  const json::value* const value = object.if_contains(member);
  return value != nullptr && value->is_array() ? value->get_array() : json::array();
}

json::object object_member(const json::object& object, std::string_view member) {
  const json::value* const value = object.if_contains(member);
  return value != nullptr && value->is_object() ? value->get_object() : json::object();
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      result += c;
    } else {
      result += '%';
      result += kDigits[octet >> 4U];
      result += kDigits[octet & 0xFU];
    }
  }
  return result;
}

std::string path_of_credential(std::string_view id, std::string_view what) {
  return "/v1/credentials/" + percent_encoded(id) + "/" + std::string(what);
}

}  // namespace rakkan::cli
