// The scope of a CRL against a certificate: RFC 5280 §6.3.3 (b) and (d), and the rules by which a delta CRL continues a
// complete one (§5.2.4, §6.3.3 c).
#pragma once

#include <optional>
#include <string>

#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/revocation_facts.hpp"

namespace rakkan::pki {

struct CrlCoverage {
  std::optional<RevocationFlaw> flaw;  // nothing: the list is about the certificate
  std::string detail;                  // of the flaw, one line
  ReasonFlags reasons;                 // interim_reasons_mask, over all points through which the list is found
  bool by_crl_issuer = false;          // a distribution point of the certificate names the list's issuer as its own
};

// Compares the list, as a complete one, with every distribution point of the certificate, and with the one that §6.3.3
// assumes beside them: named as the certificate's issuer, for all reasons. Of several flaws the one that comes last in
// the standard's steps is told.
[[nodiscard]] CrlCoverage crl_coverage(const CertificateList& list, const Certificate& certificate);

// The directory names that the certificate's distribution points name as CRL issuers.
[[nodiscard]] std::vector<Name> crl_issuers_of(const Certificate& certificate);

// True when the delta CRL can be applied to the complete list: the same issuer, scope and key identifier, and CRL
// numbers that follow each other. Signatures are not looked at.
[[nodiscard]] bool continues(const CertificateList& delta, const CertificateList& complete);

}  // namespace rakkan::pki
