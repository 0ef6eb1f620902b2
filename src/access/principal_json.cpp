#include "rakkan/access/principal_json.hpp"

#include <utility>

#include "rakkan/json/writer.hpp"

namespace rakkan::access {

std::string json_of(const Principal& principal) {
  json::ObjectWriter json;
  json.text("id", principal.id);
  if (!principal.tenant.empty()) {
    json.text("tenant", principal.tenant.value());
  }
  return std::move(json).finish();
}

}  // namespace rakkan::access
