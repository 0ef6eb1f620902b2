#include "pki/signer_search.hpp"

namespace rakkan::pki {
namespace {

// Whether the candidate's key verifies the object.
Result<bool> is_signed_by(const RevocationMeans& means, const RevocationQuestion& about, const SoughtSigner& sought,
                          const Certificate& candidate, RevocationFact& fact) {
  const auto& key = about.key_of(candidate);
  RevocationSignature outcome = RevocationSignature::unsupported;
  if (key) {
    RAKKAN_TRY(outcome, outcome_of(means, *key, sought.object));
  }
  switch (outcome) {
    case RevocationSignature::verified:
      fact.signature = outcome;
      return true;
    case RevocationSignature::failed:
      fact.signature = fact.signature == RevocationSignature::verified ? fact.signature : outcome;
      refuse_authority(fact, RevocationFlaw::signature,
                       "its signature is not by the key of its " + std::string(sought.role), candidate);
      return false;
    default:
      fact.signature = fact.signature == RevocationSignature::not_checked ? outcome : fact.signature;
      refuse_authority(fact, RevocationFlaw::algorithm_unsupported, "its signature cannot be verified", candidate);
      return false;
  }
}

}  // namespace

void refuse_coverage(RevocationFact& fact, RevocationFlaw flaw, std::string detail) {
  fact.coverage_flaw = flaw;
  fact.detail = std::move(detail);
}

void refuse_authority(RevocationFact& fact, RevocationFlaw flaw, std::string detail,
                      const std::optional<Certificate>& signer) {
  if (!fact.authority_flaw || *fact.authority_flaw < flaw) {
    fact.authority_flaw = flaw;
    fact.detail = std::move(detail);
    fact.signer = signer;
  }
}

void accept_authority(RevocationFact& fact, RevocationRight right, const Certificate& signer,
                      std::vector<CertificationPath> paths) {
  fact.right = right;
  fact.signer = signer;
  fact.signer_paths = std::move(paths);
  fact.authority_flaw.reset();
  fact.detail.clear();
}

Result<RevocationSignature> outcome_of(const RevocationMeans& means, const crypto::VerificationKey& key,
                                       const SignedObject& object) {
  const auto verified = means.signatures.verify(key, object);
  if (verified) {
    return RevocationSignature::verified;
  }
  switch (verified.error().code) {
    case ErrorCode::signature_invalid:
      return RevocationSignature::failed;
    case ErrorCode::certificate_path_limit:
      return fail(verified.error());
    default:
      return RevocationSignature::unsupported;
  }
}

Result<void> search_signer(const RevocationMeans& means, const RevocationQuestion& about, const SoughtSigner& sought,
                           const std::vector<Certificate>& candidates,
                           const std::function<Result<void>(const Certificate&)>& authorize, RevocationFact& fact) {
  for (const Certificate& each : candidates) {
    RAKKAN_CHECK(means.steps.take());
    RAKKAN_TRY(const bool made_it, is_signed_by(means, about, sought, each, fact));
    if (made_it) {
      RAKKAN_CHECK(authorize(each));
      if (!fact.authority_flaw) {
        return {};
      }
    }
  }
  return {};
}

}  // namespace rakkan::pki
