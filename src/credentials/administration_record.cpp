#include "credentials/administration_record.hpp"

#include <utility>

#include "rakkan/access/principal_json.hpp"
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
