#include "pki/crl_signer_search.hpp"

#include <algorithm>

#include "pki/same_authority.hpp"
#include "pki/signer_search.hpp"

namespace rakkan::pki {
namespace {

unsigned key_identifier_rank(const std::optional<ByteView>& wanted, const Certificate& candidate) {
  const auto offered = candidate.subject_key_identifier();
  return !wanted || !offered ? 1U : equal(*wanted, *offered) ? 0U : 2U;
}

// Adds candidates by the ranks of their key identifiers, and drops doubles. Those that stand there already stay first.
void add_ranked(std::vector<Certificate>& to, std::vector<Certificate> candidates,
                const std::optional<ByteView>& key_identifier) {
  std::sort(candidates.begin(), candidates.end(), [&](const Certificate& a, const Certificate& b) {
    const unsigned left = key_identifier_rank(key_identifier, a);
    const unsigned right = key_identifier_rank(key_identifier, b);
    return left != right ? left < right : text_of(a.fingerprint().view()) < text_of(b.fingerprint().view());
  });
  for (Certificate& each : candidates) {
    if (to.size() < kMostCandidates && std::find(to.begin(), to.end(), each) == to.end()) {
      to.push_back(std::move(each));
    }
  }
}

// The issuer of the path in question comes first, then whoever has the list's issuer's name.
Result<std::vector<Certificate>> crl_issuers_for(const RevocationMeans& means, const RevocationQuestion& about,
                                                 const CertificateList& list) {
  std::vector<Certificate> candidates;
  if (about.issuer.subject().matches(list.issuer())) {
    candidates.push_back(about.issuer);
  }
  std::vector<Certificate> others = means.sources.certificates_of(list.issuer());
  RAKKAN_CHECK(means.steps.take(others.size() + 1));
  const auto add_if_named = [&](const Certificate& each) {
    if (each.subject().matches(list.issuer())) {
      others.push_back(each);
    }
  };
  add_if_named(about.path.anchor.certificate);
  for (std::size_t i = 0; i <= about.index; ++i) {
    add_if_named(about.path.certificates[i]);
  }
  add_ranked(candidates, std::move(others), list.authority_key_identifier());
  return candidates;
}

Result<void> authorize(CrlIssuerPaths& paths, const RevocationQuestion& about, const Certificate& signer,
                       bool by_crl_issuer, RevocationFact& fact) {
  const std::string name = signer.subject().text();
  const auto refuse = [&](RevocationFlaw flaw, std::string why) {
    refuse_authority(fact, flaw, std::move(why), signer);
    return Result<void>();
  };
  if (!signer.has_key_usage(KeyUsage::crl_sign)) {
    return refuse(RevocationFlaw::crl_sign_missing, "the keyUsage of " + name + " does not allow to sign CRLs");
  }
  if (signer == about.certificate && !by_crl_issuer) {
    return refuse(RevocationFlaw::own_word, "it is signed by the certificate that it is about");
  }
  const bool is_issuer = is_same_ca(signer, about.issuer);
  if (!is_issuer && !about.path.anchor.purposes.contains(TrustPurpose::revocation)) {
    return refuse(RevocationFlaw::no_path, "the anchor is not trusted for revocation data");
  }
  std::vector<CertificationPath> own;
  if (signer == about.issuer) {
    own.push_back(about.path_to_issuer());
  } else {
    RAKKAN_TRY(own, paths.find(about, signer));
  }
  if (own.empty()) {
    return refuse(RevocationFlaw::no_path, "no path leads from " + name + " to the anchor of the certificate");
  }
  const RevocationRight right = is_issuer ? RevocationRight::issuer
                                : signer.subject().matches(about.certificate.issuer())
                                    ? RevocationRight::issuer_other_key
                                    : RevocationRight::crl_issuer;
  accept_authority(fact, right, signer, std::move(own));
  return {};
}

}  // namespace

Result<void> search_crl_signer(const RevocationMeans& means, CrlIssuerPaths& paths, const RevocationQuestion& about,
                               const RevocationSources::HeldList& held, bool by_crl_issuer, RevocationFact& fact) {
  refuse_authority(fact, RevocationFlaw::signer_unknown, "no certificate is given of " + held.list.issuer().text());
  RAKKAN_TRY(const std::vector<Certificate> candidates, crl_issuers_for(means, about, held.list));
  const auto authorize_each = [&](const Certificate& each) {
    return authorize(paths, about, each, by_crl_issuer, fact);
  };
  const SoughtSigner sought{SignedObject(held.list, held.fingerprint), "issuer"};
  return search_signer(means, about, sought, candidates, authorize_each, fact);
}

}  // namespace rakkan::pki
