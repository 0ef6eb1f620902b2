// The life of a credential, from its key to its end: POST /v1/credentials (a new key), /v1/credentials:adopt (a key
// that is in its token already), and the endpoints of one credential: /csr, /certificate, /disable, /pin and
// /pin-reset.
#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "api/json_request.hpp"
#include "api/media_type.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/name.hpp"

namespace rakkan::api {
namespace {

constexpr std::size_t kName = 32;
constexpr std::size_t kParty = 256;
constexpr std::size_t kWord = 64;
constexpr std::size_t kSubject = 1'024;
constexpr std::size_t kSecret = 256;

// Only the operator may send the members that choose the place of a key: a caller that names a token and a key in it
// could make another tenant's key a credential of its own.
Result<void> read_place(Context& context, const Request& request, json::Members& members,
                        credentials::NewCredential& wanted) {
  for (const std::string_view member : {"token", "key_label", "key_id"}) {
    if (members.has(member) && !is_operator(request)) {
      return only_for_operator(context, request, "only the operator chooses the token and name of a key",
                               std::string(member));
    }
  }
  RAKKAN_TRY(std::optional<std::string> token, members.optional_text("token", kWord));
  RAKKAN_TRY(std::optional<std::string> label, members.optional_text("key_label", kWord));
  RAKKAN_TRY(const std::optional<std::string> key_id, members.optional_text("key_id", 2 * kWord));
  wanted.token_label = std::move(token).value_or("");
  wanted.key_label = std::move(label).value_or("");
  const auto octets = from_hex(key_id.value_or(""));
  if (!octets) {
    return members.wrong("key_id", "must be hexadecimal");
  }
  wanted.key_id = *octets;
  return {};
}

Result<void> read_owner(Context& context, const Request& request, json::Members& members,
                        credentials::NewCredential& wanted) {
  const access::Principal& by = principal_of(request);
  RAKKAN_TRY(std::optional<std::string> tenant, members.optional_text("tenant", kName));
  wanted.tenant = tenant ? TenantId(*std::move(tenant)) : by.tenant;
  if (!by.any_tenant && wanted.tenant != by.tenant) {
    return only_for_operator(context, request, "an API key makes credentials of its own tenant only", "tenant");
  }
  if (!by.any_tenant && wanted.kind == credentials::CredentialKind::tsu) {
    return only_for_operator(context, request, "only the operator makes a credential of the timestamp unit", "kind");
  }
  return {};
}

Result<credentials::NewCredential> read_new(Context& context, const Request& request, ByteView body) {
  RAKKAN_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  credentials::NewCredential wanted;
  RAKKAN_TRY(std::string id, members.text("id", kName));
  wanted.id = CredentialId(std::move(id));
  RAKKAN_TRY(const std::string kind, members.text("kind", kWord));
  const auto known_kind = credentials::credential_kind_from_name(kind);
  if (!known_kind) {
    return members.not_among("kind", {"operator", "party", "tsu"});
  }
  wanted.kind = *known_kind;
  RAKKAN_TRY(std::optional<std::string> party, members.optional_text("party", kParty));
  wanted.party = PartyId(std::move(party).value_or(""));
  RAKKAN_TRY(const std::optional<std::string> key, members.optional_text("key_kind", kWord));
  if (key) {
    const auto known_key = crypto::key_kind_from_name(*key);
    if (!known_key) {
      return members.not_among("key_kind", {"rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384"});
    }
    wanted.key_kind = *known_key;
  }
  RAKKAN_TRY(std::optional<std::string> suite, members.optional_text("suite", kWord));
  wanted.suite = std::move(suite).value_or("");
  RAKKAN_CHECK(read_owner(context, request, members, wanted));
  RAKKAN_CHECK(read_place(context, request, members, wanted));
  RAKKAN_CHECK(members.done());
  // A token of that name that exists already is not the tenant's, so a tenant's key goes into a new token only.
  wanted.in_new_token = !is_operator(request);
  return wanted;
}

async::Task<Result<Bytes>> read_body(Context& context, Request& request) {
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  co_return co_await read_all(*request.body, context.options.json);
}

Response whole(const credentials::CredentialSummary& credential, unsigned status) {
  return Response::json(describe_whole(credential) + "\n", status);
}

Result<void> must_be_party(const credentials::CredentialSummary& credential) {
  return credential.kind == credentials::CredentialKind::party
             ? Result<void>()
             : fail(ErrorCode::credential_type_mismatch, "only a party's key is activated by a PIN",
                    credential.id.value());
}

Response pin_answer(const credentials::CredentialSummary& credential, std::string_view what) {
  json::ObjectWriter json;
  json.text("id", credential.id.value()).text("pin", what);
  return Response::json(std::move(json).finish() + "\n");
}

}  // namespace

async::Task<Result<Response>> post_credentials(Context& context, Request& request) {
  RAKKAN_CO_TRY(const Bytes body, co_await read_body(context, request));
  RAKKAN_CO_TRY(const credentials::NewCredential wanted, read_new(context, request, body));
  const auto generate = [&] { return context.environment.credentials.generate(principal_of(request), wanted); };
  RAKKAN_CO_TRY(const credentials::CredentialSummary made, co_await change(context, request, generate));
  co_return whole(made, 201);
}

async::Task<Result<Response>> post_adopted_credential(Context& context, Request& request) {
  if (!is_operator(request)) {
    co_return only_for_operator(context, request, "only the operator makes a credential of a key that exists already");
  }
  RAKKAN_CO_TRY(const Bytes body, co_await read_body(context, request));
  RAKKAN_CO_TRY(const credentials::NewCredential wanted, read_new(context, request, body));
  const auto adopt = [&] { return context.environment.credentials.adopt(principal_of(request), wanted); };
  RAKKAN_CO_TRY(const credentials::CredentialSummary made, co_await change(context, request, adopt));
  co_return whole(made, 201);
}

async::Task<Result<Response>> post_csr(Context& context, Request& request) {
  RAKKAN_CO_TRY(const credentials::CredentialSummary credential, credential_to_change(context, request));
  RAKKAN_CO_TRY(const Bytes body, co_await read_body(context, request));
  RAKKAN_CO_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  RAKKAN_CO_TRY(const std::string text, members.text("subject", kSubject));
  RAKKAN_CO_CHECK(members.done());
  RAKKAN_CO_TRY(const pki::Name subject, pki::Name::from_text(text));
  const auto make = [&] { return context.environment.credentials.certification_request(credential.id, subject); };
  RAKKAN_CO_TRY(const Bytes made, co_await change(context, request, make));
  json::ObjectWriter json;
  json.text("id", credential.id.value())
      .text("subject", subject.text())
      .text("request", pki::to_pem("CERTIFICATE REQUEST", made));
  co_return Response::json(std::move(json).finish() + "\n");
}

async::Task<Result<Response>> post_certificate(Context& context, Request& request) {
  RAKKAN_CO_TRY(const credentials::CredentialSummary credential, credential_to_change(context, request));
  const std::string media_type = request.media_type();
  if (media_type != "application/pem-certificate-chain" && media_type != "application/pkix-cert") {
    co_return fail(ErrorCode::media_type_unsupported,
                   "must be application/pem-certificate-chain (RFC 8555 §9.1) or application/pkix-cert (RFC 2585 §4.1)",
                   "Content-Type");
  }
  const std::vector<std::string> words{"whole", "incomplete"};
  RAKKAN_CO_TRY(const std::string chain, word_parameter(request, kChainParameter, words));
  RAKKAN_CO_TRY(const Bytes certificates, co_await read_all(*request.body, kLargestCertificateFile));
  const auto incomplete = chain == "whole" ? credentials::IncompleteChain::refuse : credentials::IncompleteChain::allow;
  const auto take = [&] {
    return context.environment.credentials.import_certificates(principal_of(request), credential.id, certificates,
                                                               incomplete);
  };
  RAKKAN_CO_TRY(const credentials::CredentialSummary changed, co_await change(context, request, take));
  co_return whole(changed, 200);
}

async::Task<Result<Response>> post_disable(Context& context, Request& request) {
  RAKKAN_CO_TRY(const credentials::CredentialSummary credential, credential_to_change(context, request));
  const auto disable = [&] { return context.environment.credentials.disable(principal_of(request), credential.id); };
  RAKKAN_CO_CHECK(co_await change(context, request, disable));
  json::ObjectWriter json;
  json.text("id", credential.id.value()).text("status", "disabled");
  co_return Response::json(std::move(json).finish() + "\n");
}

async::Task<Result<Response>> post_pin(Context& context, Request& request) {
  RAKKAN_CO_TRY(const credentials::CredentialSummary credential, credential_to_change(context, request));
  if (!is_operator(request)) {
    co_return only_for_operator(context, request, "only the operator sets a PIN for a party");
  }
  RAKKAN_CO_CHECK(must_be_party(credential));
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  RAKKAN_CO_TRY(const WipedBytes body, co_await read_secret(*request.body, context.options.json));
  RAKKAN_CO_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  RAKKAN_CO_TRY(const SecureBytes pin, members.secret("pin", kSecret));
  RAKKAN_CO_TRY(const std::optional<SecureBytes> old_pin, members.optional_secret("old_pin", kSecret));
  RAKKAN_CO_CHECK(members.done());
  credentials::Activation& activation = context.environment.pins;
  const access::Principal& by = principal_of(request);
  if (old_pin) {
    RAKKAN_CO_CHECK(co_await activation.change_pin(by, credential.id, *old_pin, pin, request.deadline));
  } else {
    RAKKAN_CO_CHECK(co_await activation.set_pin(by, credential.id, pin, request.deadline));
  }
  co_return pin_answer(credential, "set");
}

async::Task<Result<Response>> post_pin_reset(Context& context, Request& request) {
  RAKKAN_CO_TRY(const credentials::CredentialSummary credential, credential_to_change(context, request));
  RAKKAN_CO_CHECK(must_be_party(credential));
  const access::Principal& by = principal_of(request);
  RAKKAN_CO_TRY(const Bytes body, co_await read_body(context, request));
  RAKKAN_CO_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  RAKKAN_CO_TRY(std::optional<std::string> tenant, members.optional_text("tenant", kName));
  RAKKAN_CO_CHECK(members.done());
  std::optional<TenantId> whose;
  if (tenant) {
    whose = TenantId(*std::move(tenant));
  } else if (!by.any_tenant) {
    whose = by.tenant;
  }
  if (!by.any_tenant && *whose != by.tenant) {
    co_return only_for_operator(context, request, "an API key resets the failures of its own tenant only", "tenant");
  }
  RAKKAN_CO_CHECK(co_await context.environment.pins.reset_failures(by, credential.id, whose, request.deadline));
  co_return pin_answer(credential, "reset");
}

}  // namespace rakkan::api
