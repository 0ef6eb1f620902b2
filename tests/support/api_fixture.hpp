// The whole API on a loopback port: a store, a trail with checkpoints, keys in memory, clocks that a test moves, two
// tenants with keys. Its answers can be kept, to be compared with its description.
#pragma once

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/access/refusals.hpp"
#include "rakkan/api/api.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/crypto/message_signer.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/http/server.hpp"
#include "rakkan/pki/certificate_builder.hpp"
#include "rakkan/service/assembly.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/store/store.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/pdf_builder.hpp"
#include "support/raw_http_client.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/software_keys.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_authority.hpp"

namespace rakkan::test {

// A clock that a test moves while the server reads it.
struct SharedClock final : Clock {
  explicit SharedClock(Instant at) : milliseconds(at.time_since_epoch().count()) {}
  [[nodiscard]] Instant now() const override { return Instant(std::chrono::milliseconds(milliseconds.load())); }
  void advance(std::chrono::milliseconds by) { milliseconds += by.count(); }
  std::atomic<std::int64_t> milliseconds;
};

struct ApiRequest {
  std::string method = "GET";
  std::string path = {};
  std::string key = {};  // of the API; empty: none
  std::map<std::string, std::string> headers = {};
  std::string body = {};
};

class ApiFixture : public ::testing::Test {
 public:
  static constexpr std::string_view kPin = "yamada-493817";
  inline static const access::Principal kOperator{"local:0", {}, true};

  explicit ApiFixture(bool tsa_open = false, http::RateOptions key_rate = {},
                      std::chrono::seconds pin_wait = std::chrono::seconds(0)) {
    service::Options options;
    options.pin.memory = 64 * 1024;
    options.pin.iterations = 1;
    options.pin.max_failures = 3;
    options.pin.first_wait = pin_wait;
    audit::Options log;
    log.origin = "test.example/log";
    log.checkpoint_interval = std::chrono::milliseconds(50);
    store = value_or_throw(store::open_sqlite(folder.path()));
    trail = value_or_throw(audit::Trail::open(
        log, {posix_file_system(), folder.path() / "audit", *store, clock, random,
              value_or_throw(keys_in_memory.checkpoint_signer({"audit-log", "audit-log", {}}, true)), std::nullopt}));
    writer = std::make_unique<audit::AuditTrailWriter>(*trail);
    service = value_or_throw(
        service::Assembly::create(options, {*store, keys_in_memory, clock, random, *writer, &monotonic, {}}));
    api_keys = value_or_throw(access::ApiKeys::open(*store, access::recorder_of(*trail), clock, random));
    idempotency = value_or_throw(service::Idempotency::open(*store, clock, random, std::chrono::hours(24)));
    log_ = value_or_throw(telemetry::Log::open({"debug", log_file().string(), 10'000}, clock));
    http::Options http_options;
    http_options.tsa_open = tsa_open;
    http_options.key_rate = key_rate;
    http_options.listen.port = 0;
    http_options.metrics.port = 0;
    http_options.trusted_proxies = {"127.0.0.1"};
    archive = std::make_unique<service::Archive>(*store, folder.path());
    backup = std::make_unique<service::Backup>(
        service::Backup::Source{*store, *trail, clock, folder.path(), "test", [] { return std::string("# none\n"); }});
    api = std::make_unique<rakkan::api::Api>(rakkan::api::api_options(http_options, 8U << 20U),
                                             rakkan::api::ApiEnvironment{.signing = service->signing(),
                                                                         .state = service->state(),
                                                                         .credentials = service->credentials(),
                                                                         .pins = service->activation(),
                                                                         .keys = *api_keys,
                                                                         .idempotency = *idempotency,
                                                                         .refusals = service->refusals(),
                                                                         .trail = *trail,
                                                                         .clock = clock,
                                                                         .log = *log_,
                                                                         .metrics = metrics,
                                                                         .archive = *archive,
                                                                         .backup = *backup});
    http::ServerOptions listener = http::api_listener(http_options);
    listener.local_socket = local_socket();
    server = value_or_throw(http::Server::start(std::move(listener), api->router(), random, api->observer()));
    metrics_server = value_or_throw(
        http::Server::start(http::metrics_listener(http_options), api->metrics_router(), random, api->observer()));
    acme = key("acme", {access::Scope::sign, access::Scope::timestamp, access::Scope::audit, access::Scope::admin,
                        access::Scope::augment});
    other = key("other", {access::Scope::sign, access::Scope::audit, access::Scope::admin});
  }
  ~ApiFixture() override { stop(); }

  // Ends everything but the folder, in the order in which a program does.
  void stop() {
    server.reset();
    metrics_server.reset();
    api.reset();
    log_.reset();
    service.reset();
    if (trail) {
      trail->stop();
    }
  }

  // Makes an API key and returns its text.
  std::string key(const std::string& tenant, access::ScopeSet scopes, std::vector<std::string> addresses = {},
                  std::optional<Instant> expires = std::nullopt) {
    const access::NewApiKey request{TenantId(tenant), "test", scopes, std::move(addresses), expires};
    return std::string(value_or_throw(api_keys->create(kOperator, request)).text.text());
  }

  // Registers a credential with a certificate, for one tenant or for all.
  void enrol(const std::string& id, credentials::CredentialKind kind, const std::string& tenant = "",
             const std::string& party = "") {
    credentials::NewCredential request;
    request.id = CredentialId(id);
    request.tenant = TenantId(tenant);
    request.kind = kind;
    request.party = PartyId(party);
    request.key_kind = crypto::KeyKind::ec_p256;
    value_or_throw(service->credentials().generate(kOperator, std::move(request)));
    const std::string pem = certificate_for(id, kind);
    value_or_throw(service->credentials().import_certificates(kOperator, CredentialId(id), bytes_of(pem)));
  }
  // The certificate that the authority issues for a credential's newest key, and the authority's own: PEM.
  std::string certificate_for(const std::string& id, credentials::CredentialKind kind) {
    const store::GenerationRow key = value_or_throw(store->credential(CredentialId(id))).generations.back();
    const auto signer = value_or_throw(keys_in_memory.signer({key.token_label, key.key_label, key.key_id}));
    const auto for_key = [&](pki::CertificateTemplate& content) {
      content.spki = copy_of(signer->public_key().spki());
    };
    const Identity identity = kind == credentials::CredentialKind::tsu
                                  ? authority.tsu(crypto::KeyKind::ec_p256, for_key)
                                  : authority.signer(crypto::KeyKind::ec_p256, for_key);
    return authority.pem() + pki::to_pem("CERTIFICATE", identity.certificate.der());
  }
  void enrol_all() {
    enrol("operator", credentials::CredentialKind::operator_seal);
    enrol("tsu", credentials::CredentialKind::tsu);
    enrol("yamada", credentials::CredentialKind::party, "acme", "山田");
    enrol("sato", credentials::CredentialKind::party, "other", "佐藤");
    set_pin("yamada", kPin);
    set_pin("sato", "sato-170032");
  }
  void set_pin(const std::string& id, std::string_view pin) {
    const CredentialId credential(id);
    const SecureBytes secret(bytes_of(pin));
    const auto set =
        async::block_on(service->activation().set_pin(kOperator, credential, secret, async::deadline_in(kPatience)));
    if (!set) {
      throw std::runtime_error(to_string(set.error()));
    }
  }

  RawAnswer ask(const ApiRequest& request) const { return ask(request, server->port()); }
  static RawAnswer ask(const ApiRequest& request, std::uint16_t port) {
    RawHttpClient client(port);
    client.send(text_of_request(request));
    return client.answer();
  }
  // Asks over the Unix socket, as the operator.
  RawAnswer ask_locally(const ApiRequest& request) const {
    RawHttpClient client(local_socket());
    client.send(text_of_request(request));
    return client.answer();
  }
  [[nodiscard]] std::string local_socket() const { return (folder.path() / "socket").string(); }
  static std::string text_of_request(const ApiRequest& request) {
    std::string text = request.method + " " + request.path + " HTTP/1.1\r\nHost: test\r\n";
    if (!request.key.empty()) {
      text += "Authorization: Bearer " + request.key + "\r\n";
    }
    for (const auto& [name, value] : request.headers) {
      text += name + ": " + value + "\r\n";
    }
    if (!request.body.empty() || request.method == "POST") {
      text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    }
    return text + "\r\n" + request.body;
  }

  // --- Requests that signing calls are made of ---
  static std::string digest_json(ByteView of) {
    return R"({"alg":"SHA-256","value":")" + to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, of).view()) + "\"}";
  }
  [[nodiscard]] std::string instruction(ByteView document) const {
    const std::string when = to_rfc3339(clock.now());
    return R"({"who":{"id":"u-1","name":"山田太郎"},"when":")" + when +
           R"(","authenticated":[{"class":"mailbox","method":"mail_link","at":")" + when + R"("}],"document_digest":)" +
           digest_json(document) + "}";
  }
  [[nodiscard]] std::string witness(ByteView document, const std::string& level = "B-B") const {
    return R"({"credential":"operator","type":"witness","level":")" + level + R"(","instruction":)" +
           instruction(document) + "}";
  }
  [[nodiscard]] std::string witness_cms(ByteView content) const {
    return R"({"credential":"operator","type":"witness","level":"B-B","digest":)" + digest_json(content) +
           R"(,"instruction":)" + instruction(content) + "}";
  }
  [[nodiscard]] std::string party_cms(ByteView content, const std::string& consent,
                                      const std::string& more = "") const {
    return R"({"credential":"yamada","type":"party","level":"B-B","digest":)" + digest_json(content) + "," + consent +
           more + "}";
  }
  static std::string pin_member(std::string_view pin) { return R"("pin":")" + std::string(pin) + "\""; }

  static ApiRequest form(const std::string& api_key, const std::string& json, ByteView document) {
    const std::string body =
        "--b\r\nContent-Disposition: form-data; name=\"request\"\r\n"
        "Content-Type: application/json\r\n\r\n" +
        json +
        "\r\n--b\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.pdf\"\r\n"
        "Content-Type: application/pdf\r\n\r\n" +
        std::string(text_of(document)) + "\r\n--b--\r\n";
    return {"POST", "/v1/signatures", api_key, {{"Content-Type", "multipart/form-data; boundary=b"}}, body};
  }
  static ApiRequest post_json(const std::string& path, const std::string& api_key, const std::string& json) {
    return {"POST", path, api_key, {{"Content-Type", "application/json"}}, json};
  }
  static boost::json::object json(const RawAnswer& answer) {
    boost::json::error_code broken;
    const auto value = boost::json::parse(answer.body, broken);
    return !broken && value.is_object() ? value.get_object() : boost::json::object();
  }
  static std::string problem_of(const RawAnswer& answer) {
    const auto document = json(answer);
    const auto* code = document.if_contains("code");
    return code != nullptr ? std::string(code->as_string())
                           : "(no problem, status " + std::to_string(answer.status) + ")";
  }

  // Counts the trail's entries of that event, or with that text in their records.
  [[nodiscard]] std::size_t records_with(const std::string& event_or_text) {
    std::size_t found = 0;
    for (std::uint64_t index = 0; index < trail->size(audit::Journal::trail); ++index) {
      const auto record = store->record(index);
      found += record && record->body.find(event_or_text) != std::string::npos ? 1 : 0;
    }
    return found;
  }
  [[nodiscard]] std::filesystem::path log_file() const { return folder.path() / "server.log"; }
  [[nodiscard]] static std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  TemporaryFolder folder;
  crypto::SystemRandom random;
  SharedClock clock{std::chrono::floor<std::chrono::seconds>(SystemClock{}.now())};
  SharedMonotonicClock monotonic;
  SoftwareKeys keys_in_memory;
  TestAuthority authority;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<audit::Trail> trail;
  std::unique_ptr<audit::AuditTrailWriter> writer;
  std::unique_ptr<service::Assembly> service;
  std::unique_ptr<access::ApiKeys> api_keys;
  std::unique_ptr<service::Idempotency> idempotency;
  std::unique_ptr<service::Archive> archive;
  std::unique_ptr<service::Backup> backup;
  telemetry::Metrics metrics;
  std::unique_ptr<rakkan::api::Api> api;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::Server> metrics_server;
  std::string acme;   // an API key with all scopes
  std::string other;  // another tenant's

 private:
  std::unique_ptr<telemetry::Log> log_;
};

}  // namespace rakkan::test
