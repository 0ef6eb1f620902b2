#include "validation/long_term.hpp"

#include <algorithm>
#include <optional>

#include "validation/bbb/freshness.hpp"
#include "validation/past_signature.hpp"

namespace rakkan::validation {
namespace {

using enum SubIndication;
using Kind = Issue::Kind;

constexpr const char* kClause = "EN 319 102-1 §5.5.4";

// (4): what the best signature time alone overcomes.
std::optional<Conclusion> judge(const Case& facts, const BasicResult& basic, const Issue& issue, Instant best) {
  const CertificateFacts& signer = *basic.certificate;
  const auto within_validity = [&]() -> std::optional<Conclusion> {
    return best <= signer.not_after
               ? std::nullopt
               : std::optional(indeterminate(out_of_bounds_not_revoked, "signed after the certificate ended"));
  };
  switch (issue.kind) {
    case Kind::revoked:
    case Kind::on_hold:
      return issue.time && best < *issue.time ? within_validity() : std::optional(issue.conclusion);
    case Kind::validity:
      if (issue.conclusion.is(out_of_bounds_not_revoked)) {
        return best <= signer.not_after ? std::nullopt : std::optional(issue.conclusion);
      }
      return issue.conclusion;
    case Kind::stale:
      return issue.evidence && is_fresh(facts, *issue.evidence->data, best) ? std::nullopt
                                                                            : std::optional(issue.conclusion);
    case Kind::weak_signature:
      return issue.time && best <= *issue.time ? std::nullopt : std::optional(issue.conclusion);
    case Kind::hard:
    case Kind::sunset:
    case Kind::ca_validity:
    case Kind::ca_revoked:
    case Kind::no_revocation:
    case Kind::unacceptable:
    case Kind::revocation_signer_ended:
    case Kind::weak_certificate:
    case Kind::weak_revocation:
      break;
  }
  return issue.conclusion;
}

}  // namespace

LongTermResult validate_long_term(const Case& facts, const SignatureFacts& signature, const BasicResult& basic,
                                  const std::vector<const TimestampResult*>& timestamps, StepLog& log) {
  LongTermResult result{basic.conclusion, facts.now()};
  if (basic.is_final) {
    return result;
  }
  for (const TimestampResult* each : timestamps) {
    if (each->facts->kind != TimestampKind::content && each->basic.conclusion.is_passed()) {
      result.best_signature_time = std::min(result.best_signature_time, each->facts->gen_time);
    }
  }
  log.noted(kClause, "ltv.best-signature-time", signature.id, to_rfc3339(result.best_signature_time));
  result.conclusion = {};
  for (const Issue& each : basic.issues) {
    if (auto left = judge(facts, basic, each, result.best_signature_time)) {
      result.conclusion = std::move(*left);
      break;
    }
  }
  log.concluded(kClause, "ltv", signature.id, result.conclusion);
  return result;
}

}  // namespace rakkan::validation
