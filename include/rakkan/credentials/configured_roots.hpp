#pragma once

#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/credentials/options.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::credentials {

// The certificates of credentials.roots; none when nothing is configured. file_unreadable, permissions_unsafe and
// configuration_invalid, with the key in `where`.
[[nodiscard]] Result<std::vector<pki::Certificate>> configured_roots(const CredentialOptions& options);

}  // namespace rakkan::credentials
