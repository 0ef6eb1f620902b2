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

}  // namespace rakkan::credentials
