#include "pki/crl_issuer_paths.hpp"

#include <algorithm>

namespace rakkan::pki {

Result<std::vector<CertificationPath>> CrlIssuerPaths::find(const RevocationQuestion& about,
                                                            const Certificate& signer) {
  const TrustAnchor& anchor = about.path.anchor;
  if (signer == anchor.certificate) {
    return std::vector<CertificationPath>{{anchor, {}}};
  }
  std::vector<CertificationPath> paths;
  for (std::size_t i = 0; i <= about.index; ++i) {
    if (about.path.certificates[i] == signer) {
      paths.push_back(path_to(about.path, i));
    }
  }
  const std::string key = fingerprint_of(anchor.certificate) + fingerprint_of(signer);
  auto known = known_.find(key);
  if (known == known_.end()) {
    RAKKAN_TRY(std::vector<CertificationPath> found, search(anchor, signer));
    known = known_.emplace(key, std::move(found)).first;
  }
  for (const CertificationPath& each : known->second) {
    const bool is_there = std::any_of(paths.begin(), paths.end(), [&](const CertificationPath& one) {
      return one.certificates == each.certificates;
    });
    if (!is_there) {
      paths.push_back(each);
    }
  }
  return paths;
}

Result<std::vector<CertificationPath>> CrlIssuerPaths::search(const TrustAnchor& anchor, const Certificate& signer) {
  const std::vector<TrustAnchor> anchors = {anchor};
  PathLimits limits = means_.limits.signer_paths;
  limits.signature_checks = std::min(limits.signature_checks, means_.signatures.left());
  RAKKAN_CHECK(means_.steps.take(limits.paths));
  PathBuilder builder(signer, means_.sources.certificates(), anchors, {.at = always_at(signer.validity().not_before)},
                      limits, means_.known);
  std::vector<CertificationPath> found;
  while (found.size() < limits.paths) {
    auto next = builder.next();
    if (!next || !*next) {  // the limit of one search ends that one alone
      break;
    }
    found.push_back((*next)->path);
  }
  means_.signatures.charge(builder.signature_checks());
  return found;
}

}  // namespace rakkan::pki
