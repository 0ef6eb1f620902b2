// CrlFacts finds what CRLs say about a certificate of a path: RFC 5280 §6.3.3 (b) to (k), complete lists by themselves
// and continued by deltas. Of one processor.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pki/crl_issuer_paths.hpp"
#include "pki/revocation_means.hpp"
#include "pki/revocation_question.hpp"

namespace rakkan::pki {

class CrlFacts {
 public:
  explicit CrlFacts(const RevocationMeans& means) : means_(means), issuer_paths_(means) {}

  // Of every list of the certificate's issuer and of the CRL issuers that it names. Fails with certificate_path_limit.
  [[nodiscard]] Result<std::vector<RevocationFact>> find(const RevocationQuestion& about);

 private:
  using Facts = std::vector<RevocationFact>;

  [[nodiscard]] Result<RevocationFact> fact_of(const RevocationQuestion& about, std::size_t index);
  [[nodiscard]] Result<void> add_delta(Facts& to, std::size_t complete_lists, const RevocationQuestion& about,
                                       std::size_t index);
  [[nodiscard]] Result<bool> is_delta_by(const Certificate& signer, const RevocationQuestion& about, std::size_t index);
  [[nodiscard]] Result<std::optional<CrlEntry>> entry_of(const Certificate& certificate, std::size_t index);

  RevocationMeans means_;
  CrlIssuerPaths issuer_paths_;
  std::map<std::string, std::optional<CrlEntry>> entries_;  // of a certificate in a list
};

}  // namespace rakkan::pki
