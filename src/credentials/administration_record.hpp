// The record that a trail's entry about an administered credential commits to, without PINs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rakkan/access/principal.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::credentials {

// {"by":{…},"credential":"yamada","tenant":"acme"}; `tenant` is the only tenant that the change is about, where it is
// one.
[[nodiscard]] std::string administration_record(const access::Principal& by, const CredentialId& id,
                                                const std::optional<TenantId>& tenant = std::nullopt);
// {"by":{…},"credential":"yamada","way":"code"}: by what right a PIN was changed, "old_pin" or "code".
[[nodiscard]] std::string pin_change_record(const access::Principal& by, const CredentialId& id, std::string_view way);
// {"by":{…},"credential":"yamada","expires":"…"}
[[nodiscard]] std::string pin_code_record(const access::Principal& by, const CredentialId& id, Instant expires);

}  // namespace rakkan::credentials
