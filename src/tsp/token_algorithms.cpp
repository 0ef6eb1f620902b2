#include "rakkan/tsp/token_algorithms.hpp"

#include "rakkan/crypto/hash_algorithm.hpp"
#include "rakkan/crypto/verification_algorithm.hpp"

namespace rakkan::tsp {
namespace {

pki::AlgorithmStanding unreadable(const Error& why) {
  pki::AlgorithmStanding standing;
  standing.limit = why.detail;
  return standing;
}

pki::AlgorithmStanding signature_standing(const cms::SignerInfo& signer, const pki::Certificate& unit,
                                          const pki::AlgorithmPolicy& policy) {
  const auto algorithm = crypto::VerificationAlgorithm::parse(signer.signature_algorithm,
                                                              crypto::hash_algorithm_of(signer.digest_algorithm));
  if (!algorithm) {
    return unreadable(algorithm.error());
  }
  const auto& key = unit.verification_key();
  return key ? policy.signature(*algorithm, pki::facts_of(*key)) : unreadable(key.error());
}

pki::AlgorithmStanding imprint_standing(const TimestampToken& token, const pki::AlgorithmPolicy& policy) {
  const auto imprint = token.info().message_imprint.digest();
  return imprint ? policy.hash(crypto::hash_algorithm_of(imprint->algorithm())) : unreadable(imprint.error());
}

}  // namespace

std::vector<pki::AlgorithmInUse> algorithms_of(const TimestampToken& token, const pki::Certificate& unit,
                                               const pki::AlgorithmPolicy& policy) {
  const cms::SignerInfo& signer = token.signed_data().signer_infos().front();
  return {{"signature of the timestamp token", signature_standing(signer, unit, policy)},
          {"imprint of the timestamp token", imprint_standing(token, policy)}};
}

Result<void> require_acceptable(const TimestampToken& token, const pki::Certificate& unit,
                                const pki::AlgorithmPolicy& policy) {
  const Instant time = token.info().generation_time;
  for (const pki::AlgorithmInUse& each : algorithms_of(token, unit, policy)) {
    if (!each.standing.acceptable_at(time)) {
      return fail(ErrorCode::algorithm_not_acceptable, each.use + ": " + each.standing.limit +
                                                           " is not acceptable at " + to_rfc3339(time) + " (" +
                                                           policy.name() + ")");
    }
  }
  return {};
}

}  // namespace rakkan::tsp
