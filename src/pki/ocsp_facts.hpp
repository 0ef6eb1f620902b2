// The facts that OCSP responses tell about a certificate of a path: RFC 6960 §3.2.
#pragma once

#include <vector>

#include "pki/revocation_means.hpp"
#include "pki/revocation_question.hpp"

namespace rakkan::pki {

// A fact for each SingleResponse about the certificate's serial number. Fails with certificate_path_limit.
[[nodiscard]] Result<std::vector<RevocationFact>> ocsp_facts(const RevocationMeans& means,
                                                             const RevocationQuestion& about);

}  // namespace rakkan::pki
