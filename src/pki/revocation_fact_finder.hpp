// RevocationFactFinder finds what CRLs and OCSP responses say about a certificate of a path, without a time: RFC 5280
// §6.3.3 (b) to (l), RFC 6960 §3.2. Of one processor and one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pki/crl_facts.hpp"
#include "pki/revocation_means.hpp"
#include "rakkan/pki/revocation_facts.hpp"

namespace rakkan::pki {

class RevocationFactFinder {
 public:
  explicit RevocationFactFinder(const RevocationMeans& means) : means_(means), crl_facts_(means) {}

  // The facts about path.certificates[index], made once; valid as long as the finder. Fails with
  // certificate_path_limit.
  [[nodiscard]] Result<const std::vector<RevocationFact>*> facts(const CertificationPath& path, std::size_t index);

 private:
  [[nodiscard]] Result<std::vector<RevocationFact>> find(const CertificationPath& path, std::size_t index);

  RevocationMeans means_;
  CrlFacts crl_facts_;
  std::map<std::string, std::vector<RevocationFact>> facts_;
};

}  // namespace rakkan::pki
