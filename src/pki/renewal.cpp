#include "rakkan/pki/renewal.hpp"

namespace rakkan::pki {
namespace {

// The first moment that an Instant may be (base/time.hpp).
Instant beginning_of_time() noexcept { return instant_from_utc({1, 1, 1, 0, 0, 0, 0}).value_or(Instant{}); }

AlgorithmStanding standing_of(const Certificate& certificate, const std::optional<crypto::VerificationKey>& issuer,
                              const AlgorithmPolicy& policy) {
  const auto algorithm = crypto::VerificationAlgorithm::parse(certificate.signature_algorithm());
  if (!algorithm || !issuer) {
    AlgorithmStanding unknown;
    unknown.limit = algorithm ? "a key that cannot be used" : algorithm.error().detail;
    return unknown;
  }
  return policy.signature(*algorithm, facts_of(*issuer));
}

}  // namespace

std::vector<AlgorithmInUse> algorithms_of(const CertificationPath& path, const AlgorithmPolicy& policy) {
  std::vector<AlgorithmInUse> uses;
  const auto key_of = [](const Certificate& certificate, const std::optional<crypto::VerificationKey>& issuer) {
    auto key = certificate.verification_key();
    if (!key && issuer && crypto::inherits_parameters(certificate.spki())) {
      key = crypto::VerificationKey::from_spki(certificate.spki(), &*issuer);
    }
    return key ? std::optional(*std::move(key)) : std::nullopt;
  };
  std::optional<crypto::VerificationKey> issuer = key_of(path.anchor.certificate, std::nullopt);
  for (const Certificate& each : path.certificates) {
    uses.push_back({"signature of the certificate " + each.subject().text(), standing_of(each, issuer, policy)});
    issuer = key_of(each, issuer);
  }
  return uses;
}

std::string_view to_string(RenewalReason reason) noexcept {
  switch (reason) {
    case RenewalReason::unit_certificate_ends:
      return "unit-certificate-ends";
    case RenewalReason::algorithm_ends:
      return "algorithm-ends";
    case RenewalReason::algorithm_not_listed:
      return "algorithm-not-listed";
    case RenewalReason::revocation_data_ends:
      return "revocation-data-ends";
    case RenewalReason::trust_ends:
      return "trust-ends";
  }
  return {};
}

Renewal renewal_due(const RenewalFacts& facts) {
  Renewal due{{}, facts.unit_certificate_end, RenewalReason::unit_certificate_ends, "the unit's certificate"};
  for (const AlgorithmInUse& each : facts.algorithms) {
    if (!each.standing.listed) {
      const Instant never = beginning_of_time();
      return {never, never, RenewalReason::algorithm_not_listed, each.use + ": " + each.standing.limit};
    }
    if (each.standing.until && *each.standing.until < due.limit) {
      due = {{}, *each.standing.until, RenewalReason::algorithm_ends, each.use + ": " + each.standing.limit};
    }
  }
  if (facts.last_revocation_data && *facts.last_revocation_data < due.limit) {
    due = {{}, *facts.last_revocation_data, RenewalReason::revocation_data_ends, "revocation data about the unit"};
  }
  if (facts.anchor_sunset && *facts.anchor_sunset < due.limit) {
    due = {{}, *facts.anchor_sunset, RenewalReason::trust_ends, "trust in the unit's anchor"};
  }
  due.by = due.limit - facts.margin;
  return due;
}

}  // namespace rakkan::pki
