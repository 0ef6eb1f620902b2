// CrlIssuerPaths finds the ways from an anchor to CRL issuers (RFC 5280 §6.3.3 f), each once. Of one processor.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pki/revocation_means.hpp"
#include "pki/revocation_question.hpp"

namespace rakkan::pki {

class CrlIssuerPaths {
 public:
  explicit CrlIssuerPaths(const RevocationMeans& means) : means_(means) {}

  // From the anchor of the path in question to the signer; those that the path itself holds come first. Fails with
  // certificate_path_limit.
  [[nodiscard]] Result<std::vector<CertificationPath>> find(const RevocationQuestion& about, const Certificate& signer);

 private:
  [[nodiscard]] Result<std::vector<CertificationPath>> search(const TrustAnchor& anchor, const Certificate& signer);

  RevocationMeans means_;
  std::map<std::string, std::vector<CertificationPath>> known_;  // of an anchor and a signer
};

}  // namespace rakkan::pki
