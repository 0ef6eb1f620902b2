// The purposes that a certificate names in its extended key usage.
#pragma once

#include <algorithm>

#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {

// False without the extension, and for anyExtendedKeyUsage alone.
[[nodiscard]] inline bool names_purpose(const Certificate& certificate, const der::Oid& purpose) {
  const auto& usage = certificate.extended_key_usage();
  return usage && std::find(usage->purposes.begin(), usage->purposes.end(), purpose) != usage->purposes.end();
}

}  // namespace rakkan::pki
