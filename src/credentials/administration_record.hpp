// The record that a trail's entry about an administered credential commits to, without PINs.
#pragma once

#include <optional>
#include <string>

#include "rakkan/access/principal.hpp"
#include "rakkan/base/strong_id.hpp"

namespace rakkan::credentials {

// {"by":{…},"credential":"yamada","tenant":"acme"}; `tenant` is the only tenant that the change is about, where it is
// one.
[[nodiscard]] std::string administration_record(const access::Principal& by, const CredentialId& id,
                                                const std::optional<TenantId>& tenant = std::nullopt);

}  // namespace rakkan::credentials
