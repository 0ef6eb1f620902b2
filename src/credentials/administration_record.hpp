// What the trail's entries about an administered credential commit to, without PINs.
#pragma once

#include <optional>
#include <string>

#include "rakkan/access/principal.hpp"
#include "rakkan/base/strong_id.hpp"

namespace rakkan::credentials {

// {"by":{…},"credential":"yamada","tenant":"acme"}; `tenant`: whom alone the change is about.
[[nodiscard]] std::string administration_record(const access::Principal& by, const CredentialId& id,
                                                const std::optional<TenantId>& tenant = std::nullopt);

}  // namespace rakkan::credentials
