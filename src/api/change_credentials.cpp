// The life of a credential, from its key to its end: POST /v1/credentials (a new key), /v1/credentials:adopt (a key
// that is in its token already), and the endpoints of one credential: /rotate, /csr, /certificate and /disable. Its
// PIN: pins.cpp.
#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "api/json_request.hpp"
#include "api/media_type.hpp"
#include "api/query_values.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
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

// Only the operator may send the members that choose the place of a key: a caller that names a token and a key in it
// could make another tenant's key a credential of its own.
template <class Wanted>
Result<void> read_place(Context& context, const Request& request, json::Members& members, Wanted& wanted) {
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

Result<std::optional<crypto::KeyKind>> read_key_kind(json::Members& members) {
  RAKKAN_TRY(const std::optional<std::string> key, members.optional_text("key_kind", kWord));
  if (!key) {
    return std::nullopt;
  }
  const auto known_key = crypto::key_kind_from_name(*key);
  if (!known_key) {
    return members.not_among("key_kind", {"rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384"});
  }
  return known_key;
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
  RAKKAN_TRY(const std::optional<crypto::KeyKind> key_kind, read_key_kind(members));
  wanted.key_kind = key_kind.value_or(wanted.key_kind);
  RAKKAN_TRY(std::optional<std::string> suite, members.optional_text("suite", kWord));
  wanted.suite = std::move(suite).value_or("");
  RAKKAN_CHECK(read_owner(context, request, members, wanted));
  RAKKAN_CHECK(read_place(context, request, members, wanted));
  RAKKAN_CHECK(members.done());
  // A token of that name that exists already is not the tenant's, so a tenant's key goes into a new token only.
  wanted.in_new_token = !is_operator(request);
  return wanted;
}

Result<credentials::NextKey> read_next(Context& context, const Request& request, ByteView body) {
  RAKKAN_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  credentials::NextKey wanted;
  RAKKAN_TRY(wanted.key_kind, read_key_kind(members));
  RAKKAN_TRY(std::optional<std::string> suite, members.optional_text("suite", kWord));
  wanted.suite = std::move(suite).value_or("");
  RAKKAN_CHECK(read_place(context, request, members, wanted));
  if (members.has("replace")) {
    RAKKAN_TRY(wanted.replace, members.flag("replace"));
  }
  if (members.has("adopt")) {
    RAKKAN_TRY(wanted.adopt, members.flag("adopt"));
  }
  if (wanted.adopt && !is_operator(request)) {
    return only_for_operator(context, request, "the operator alone takes a key that is there already", "adopt");
  }
  if (wanted.adopt && wanted.key_label.empty() && wanted.key_id.empty()) {
    return members.wrong("adopt", "needs key_label or key_id");
  }
  RAKKAN_CHECK(members.done());
  return wanted;
}

async::Task<Result<Bytes>> read_body(Context& context, Request& request) {
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  co_return co_await read_all(*request.body, context.options.json);
}

Response whole(const credentials::CredentialSummary& credential, unsigned status) {
  return Response::json(describe_whole(credential) + "\n", status);
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

async::Task<Result<Response>> post_rotate(Context& context, Request& request) {
  RAKKAN_CO_TRY(const credentials::CredentialSummary credential, credential_to_change(context, request));
  RAKKAN_CO_TRY(const Bytes body, co_await read_body(context, request));
  RAKKAN_CO_TRY(const credentials::NextKey wanted, read_next(context, request, body));
  const auto rotate = [&] {
    return context.environment.credentials.rotate(principal_of(request), credential.id, wanted);
  };
  RAKKAN_CO_TRY(const credentials::CredentialSummary made, co_await change(context, request, rotate));
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
  RAKKAN_CO_TRY(const credentials::CertificationRequest made, co_await change(context, request, make));
  json::ObjectWriter json;
  json.text("id", credential.id.value())
      .number("generation", made.generation)
      .text("subject", subject.text())
      .text("request", pki::to_pem("CERTIFICATE REQUEST", made.der));
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
  RAKKAN_CO_TRY(const std::optional<Instant> at, time_parameter(request, kAtParameter));
  RAKKAN_CO_TRY(const Bytes certificates, co_await read_all(*request.body, kLargestCertificateFile));
  const auto incomplete = chain == "whole" ? credentials::IncompleteChain::refuse : credentials::IncompleteChain::allow;
  const auto take = [&] {
    return context.environment.credentials.import_certificates(principal_of(request), credential.id, certificates,
                                                               incomplete, at);
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

}  // namespace rakkan::api
