#include "validation/bbb/sav.hpp"

#include "validation/findings.hpp"

namespace rakkan::validation {
namespace {

using enum SubIndication;

constexpr const char* kClause = "EN 319 102-1 §5.2.8.4.2";

void add_weak(std::vector<Issue>& issues, const Standing& standing, const Id& object, std::string_view what,
              Instant time) {
  if (standing.is_acceptable_at(time)) {
    return;
  }
  Issue issue{Issue::Kind::weak_signature,
              indeterminate(crypto_constraints_failure_no_poe, std::string(what) + ": " + standing.words())};
  issue.time = standing.is_listed ? standing.until : std::nullopt;
  issue.object = object;
  issues.push_back(std::move(issue));
}

}  // namespace

std::vector<Issue> find_weak_algorithms(const Case& facts, const Id& object, const SignerFacts& signer,
                                        const DigestFact* imprint, Instant time) {
  std::vector<Issue> issues;
  add_weak(issues, facts.standing_of(signer.algorithm), object, "the signature", time);
  for (const DigestFact& each : signer.digests) {
    add_weak(issues, facts.standing_of(each.hash), object, each.what, time);
  }
  if (imprint != nullptr) {
    add_weak(issues, facts.standing_of(imprint->hash), object, imprint->what, time);
  }
  return issues;
}

Conclusion check_elements(const Case& facts, const SignatureFacts& signature, StepLog& log) {
  const Policy& policy = facts.policy();
  Conclusion result;
  const auto require = [&](bool holds, Weight weight, const char* code) {
    if (holds) {
      return;
    }
    add_finding(log, weight, {code, kClause, {}, std::nullopt, {}}, signature.id);
    if (is_fatal(weight) && result.is_passed()) {
      result = indeterminate(sig_constraints_failure, code);
    }
  };
  require(signature.claimed_time.has_value(), policy.claimed_time_absent, "claimed-time-absent");
  const CertificateFacts* certificate =
      signature.signer.certificate ? facts.certificate(*signature.signer.certificate) : nullptr;
  if (signature.claimed_time && certificate != nullptr) {
    require(certificate->not_before <= *signature.claimed_time && *signature.claimed_time <= certificate->not_after,
            policy.claimed_time_outside_certificate, "claimed-time-outside-certificate");
  }
  log.concluded(kClause, "sav.elements", signature.id, result);
  return result;
}

}  // namespace rakkan::validation
