#include "credentials/administration_record.hpp"

#include <utility>

#include "rakkan/access/principal_json.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::credentials {

std::string administration_record(const access::Principal& by, const CredentialId& id,
                                  const std::optional<TenantId>& tenant) {
  json::ObjectWriter json;
  json.raw("by", access::json_of(by));
  if (!id.empty()) {
    json.text("credential", id.value());
  }
  if (tenant) {
    json.text("tenant", tenant->value());
  }
  return std::move(json).finish();
}

namespace {

json::ObjectWriter begin_generation(const access::Principal& by, const CredentialId& id,
                                    const store::GenerationRow& row) {
  json::ObjectWriter json;
  json.raw("by", access::json_of(by)).text("credential", id.value()).number("generation", row.number);
  return json;
}

}  // namespace

std::string key_record(const access::Principal& by, const CredentialId& id, const store::GenerationRow& row,
                       std::optional<std::uint32_t> replaces) {
  json::ObjectWriter json = begin_generation(by, id, row);
  json.text("key_kind", row.key_kind)
      .text("suite", row.suite)
      .text("token", row.token_label)
      .text("key_id", to_hex(row.key_id));
  if (replaces) {
    json.number("replaces", *replaces);
  }
  return std::move(json).finish();
}

std::string certificate_record(const access::Principal& by, const CredentialId& id, const store::GenerationRow& row) {
  json::ObjectWriter certificate;
  certificate.text("alg", "SHA-256")
      .text("value", to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, row.certificates.front()).view()));
  json::ObjectWriter json = begin_generation(by, id, row);
  json.raw("certificate", std::move(certificate).finish());
  if (row.begins) {
    json.text("begins", to_rfc3339(*row.begins));
  }
  return std::move(json).finish();
}

std::string pin_change_record(const access::Principal& by, const CredentialId& id, std::string_view way) {
  json::ObjectWriter json;
  json.raw("by", access::json_of(by)).text("credential", id.value()).text("way", way);
  return std::move(json).finish();
}

std::string pin_code_record(const access::Principal& by, const CredentialId& id, Instant expires) {
  json::ObjectWriter json;
  json.raw("by", access::json_of(by)).text("credential", id.value()).text("expires", to_rfc3339(expires));
  return std::move(json).finish();
}

}  // namespace rakkan::credentials
