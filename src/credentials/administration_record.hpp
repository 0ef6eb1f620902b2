// The record that a trail's entry about an administered credential commits to, without PINs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/access/principal.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/store/credential_row.hpp"

namespace rakkan::credentials {

// {"by":{…},"credential":"yamada","tenant":"acme"}; `tenant` is the only tenant that the change is about, where it is
// one.
[[nodiscard]] std::string administration_record(const access::Principal& by, const CredentialId& id,
                                                const std::optional<TenantId>& tenant = std::nullopt);
// The record of a next key: {"by":{…},"credential":"yamada","generation":2,"key_kind":"P-256","suite":"ecdsa-sha256",
// "token":"yamada","key_id":"…"}, and "replaces" with the number of the key that it takes the place of, if any.
[[nodiscard]] std::string key_record(const access::Principal& by, const CredentialId& id,
                                     const store::GenerationRow& row, std::optional<std::uint32_t> replaces);
// The record of a certificate: {"by":{…},"credential":"yamada","generation":2,
// "certificate":{"alg":"SHA-256","value":"…"},"begins":"…"}. The row has one.
[[nodiscard]] std::string certificate_record(const access::Principal& by, const CredentialId& id,
                                             const store::GenerationRow& row);
// {"by":{…},"credential":"yamada","way":"code"}: by what right a PIN was changed, "old_pin" or "code".
[[nodiscard]] std::string pin_change_record(const access::Principal& by, const CredentialId& id, std::string_view way);
// {"by":{…},"credential":"yamada","expires":"…"}
[[nodiscard]] std::string pin_code_record(const access::Principal& by, const CredentialId& id, Instant expires);

}  // namespace rakkan::credentials
