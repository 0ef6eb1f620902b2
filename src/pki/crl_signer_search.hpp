// The search for the CRL issuer that signed a list, and for the right by which it speaks about a certificate: RFC 5280
// §6.3.3 (f), (g).
#pragma once

#include "pki/crl_issuer_paths.hpp"
#include "pki/revocation_means.hpp"
#include "pki/revocation_question.hpp"

namespace rakkan::pki {

// Writes signature, signer, right and paths into the fact, or why nobody with the right has signed the list.
// `by_crl_issuer`: a distribution point of the certificate names the list's issuer. Fails with certificate_path_limit.
[[nodiscard]] Result<void> search_crl_signer(const RevocationMeans& means, CrlIssuerPaths& paths,
                                             const RevocationQuestion& about, const RevocationSources::HeldList& held,
                                             bool by_crl_issuer, RevocationFact& fact);

}  // namespace rakkan::pki
