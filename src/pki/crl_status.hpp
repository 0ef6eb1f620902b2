// The status that a CRL gives a certificate which it covers, once its signature is verified.
#pragma once

#include <optional>

#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/revocation_status.hpp"

namespace rakkan::pki {

// A status without an entry is good; `entry` is what CertificateList::find gave.
void apply_entry(RevocationStatus& status, const std::optional<CrlEntry>& entry);

}  // namespace rakkan::pki
