#include "validation/past_signature.hpp"

#include <utility>

#include "validation/bbb/freshness.hpp"
#include "validation/past_certificate.hpp"

namespace rakkan::validation {
namespace {

using enum SubIndication;
using Kind = Issue::Kind;

constexpr const char* kClause = "EN 319 102-1 §5.6.2.4.4";

// One issue, against what is proven; the issue's conclusion, or a worse one, when it is not overcome.
class PastJudge {
 public:
  PastJudge(const Case& facts, const XcvResult& x509, const PoeSet& poe, Instant proven)
      : facts_(facts), x509_(x509), poe_(poe), proven_(proven) {}

  [[nodiscard]] Conclusion judge(const Issue& issue) const {
    switch (issue.kind) {
      case Kind::hard:
      case Kind::no_revocation:
      case Kind::unacceptable:
        return issue.conclusion;
      case Kind::sunset:
        return when(issue.time && proven_ <= *issue.time, issue);
      case Kind::validity:
      case Kind::ca_validity:
        return within_validity(issue);
      case Kind::revoked:
      case Kind::on_hold:
        return issue.time && proven_ < *issue.time ? within_validity(issue) : issue.conclusion;
      case Kind::ca_revoked:
        return when(issue.time && proven_ < *issue.time && leaf_evidence_is_from_before(*issue.time), issue);
      case Kind::revocation_signer_ended:
        return when(issue.time && poe_.lowest(issue.object) <= *issue.time, issue);
      case Kind::stale:
        return when(issue.evidence && is_fresh(facts_, *issue.evidence->data, proven_), issue);
      case Kind::weak_certificate:
      case Kind::weak_revocation:
      case Kind::weak_signature:
        break;
    }
    return when(issue.time && poe_.lowest(issue.object) <= *issue.time, issue);
  }

 private:
  static Conclusion when(bool is_overcome, const Issue& issue) { return is_overcome ? Conclusion{} : issue.conclusion; }

  [[nodiscard]] Conclusion within_validity(const Issue& issue) const {
    const CertificateFacts& certificate = *facts_.certificate(x509_.chain->certificates.at(issue.index));
    if (proven_ < certificate.not_before) {
      return failed(not_yet_valid, "the signature existed before its certificate: " + certificate.subject);
    }
    return when(proven_ <= certificate.not_after, issue);
  }

  // REVOKED_CA_NO_POE: what the CA said about the signer before counts.
  [[nodiscard]] bool leaf_evidence_is_from_before(Instant time) const {
    const auto& leaf = x509_.evidence.front();
    return !leaf || poe_.lowest(leaf->evidence.data->id) < time;
  }

  const Case& facts_;
  const XcvResult& x509_;
  const PoeSet& poe_;
  Instant proven_;
};

PastResult judge_past_chain(const Case& facts, const Id& object, const BasicResult& basic, const Chain& chain,
                            Role role, const PoeSet& poe, StepLog& log) {
  const SlidResult past = validate_past_chain(facts, chain, role, poe, log);
  if (!past.conclusion.is_passed()) {
    return {basic.conclusion};
  }
  const Instant proven = poe.lowest(object);
  if (proven > past.control_time) {
    log.concluded(kClause, "psv", object,
                  indeterminate(no_poe, "its existence is proven at " + to_rfc3339(proven) +
                                            ", later than the control-time " + to_rfc3339(past.control_time)));
    return {basic.conclusion};
  }
  const XcvResult x509 = validate_chain(facts, chain, role, facts.now(), poe);
  const PastJudge judge(facts, x509, poe, proven);
  for (const auto* issues : {&x509.issues, &basic.weak}) {
    for (const Issue& each : *issues) {
      Conclusion left = judge.judge(each);
      if (!left.is_passed()) {
        return {std::move(left), true};
      }
    }
  }
  return {{}, true};
}

}  // namespace

PastResult validate_past(const Case& facts, const Id& object, const BasicResult& basic, Role role, const PoeSet& poe,
                         StepLog& log) {
  if (basic.is_final || basic.issues.empty()) {
    return {basic.conclusion, false};
  }
  std::optional<PastResult> left;
  for (const Chain* chain : chains_for(facts, *basic.certificate, role, poe.lowest(object))) {
    PastResult result = judge_past_chain(facts, object, basic, *chain, role, poe, log);
    if (result.conclusion.is_passed()) {
      log.passed(kClause, "psv", object, "proven at " + to_rfc3339(poe.lowest(object)));
      return result;
    }
    if (!left || (result.is_judged && !left->is_judged)) {
      left = std::move(result);
    }
  }
  PastResult result = left.value_or(PastResult{basic.conclusion, false});
  log.concluded(kClause, "psv", object, result.conclusion);
  return result;
}

}  // namespace rakkan::validation
