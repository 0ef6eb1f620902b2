#include "validation/bbb/vci.hpp"

#include "validation/findings.hpp"

namespace rakkan::validation {
namespace {

constexpr const char* kClause = "EN 319 102-1 §5.2.4.4";

}  // namespace

Conclusion check_signature_policy(const Case& facts, const SignatureFacts& signature, StepLog& log) {
  Conclusion result;
  if (signature.policy && !signature.policy->identifier.empty()) {
    const Policy& policy = facts.policy();
    if (!signature.policy->is_available) {
      add_finding(log, policy.policy_unavailable,
                  {"signature-policy-unavailable", kClause, signature.policy->identifier, std::nullopt, {}},
                  signature.id);
      if (policy.policy_unavailable == Weight::fail || policy.policy_unavailable == Weight::indeterminate) {
        result = indeterminate(SubIndication::signature_policy_not_available,
                               "the signature policy " + signature.policy->identifier + " is not at hand");
      }
    } else if (signature.policy->digest_match == false) {
      add_finding(log, policy.policy_mismatch,
                  {"signature-policy-mismatch", kClause, signature.policy->identifier, std::nullopt, {}}, signature.id);
      if (policy.policy_mismatch == Weight::fail || policy.policy_mismatch == Weight::indeterminate) {
        result = indeterminate(SubIndication::policy_processing_error,
                               "the signature policy is not the one that was signed");
      }
    }
  }
  log.concluded(kClause, "vci", signature.id, result);
  return result;
}

}  // namespace rakkan::validation
