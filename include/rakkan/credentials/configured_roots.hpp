// The certificates that an operator configured as roots of credentials' chains.
#pragma once

#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/credentials/options.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::credentials {

// Reads the certificates of credentials.roots; none when nothing is configured. file_unreadable, permissions_unsafe and
// configuration_invalid, with the option's name in `where`.
[[nodiscard]] Result<std::vector<pki::Certificate>> configured_roots(const CredentialOptions& options);

}  // namespace rakkan::credentials
