#pragma once

#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/service/options.hpp"

namespace rakkan::service {

// The certificates of credentials.roots; none when nothing is configured. file_unreadable, permissions_unsafe and
// configuration_invalid, with the key in `where`.
[[nodiscard]] Result<std::vector<pki::Certificate>> configured_roots(const CredentialOptions& options);

}  // namespace rakkan::service
