// One certificate, and one path to an anchor, as facts.
#pragma once

#include "rakkan/pki/path_builder.hpp"
#include "rakkan/pki/signature_checks.hpp"
#include "rakkan/pki/trust_store.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::gather {

// Everything but the chains. `issuer` is the certificate whose key signed it; null when it is not known. One whose own
// key cannot be tried any more, by the limit of `signatures`, is not called self-signed.
[[nodiscard]] validation::CertificateFacts certificate_facts(const pki::Certificate& certificate,
                                                             const pki::Certificate* issuer,
                                                             const pki::TrustStore& trust,
                                                             pki::SignatureChecks& signatures);
[[nodiscard]] validation::Anchor anchor_facts(const pki::TrustAnchor& anchor);
[[nodiscard]] validation::Chain chain_facts(const pki::JudgedPath& path);

// The control times by which a path is judged so that time does not matter: each certificate at the beginning of its
// own validity.
[[nodiscard]] pki::PathInputs timeless_inputs();

}  // namespace rakkan::gather
