// The search for the responder that signed an OCSP response, and for the right by which it speaks about a certificate:
// RFC 6960 §4.2.2.2.
#pragma once

#include "pki/revocation_means.hpp"
#include "pki/revocation_question.hpp"

namespace rakkan::pki {

// Writes signature, signer, right and paths into the fact, or why nobody with the right has signed the response. Fails
// with certificate_path_limit.
[[nodiscard]] Result<void> search_responder(const RevocationMeans& means, const RevocationQuestion& about,
                                            const RevocationSources::HeldResponse& held, RevocationFact& fact);

}  // namespace rakkan::pki
