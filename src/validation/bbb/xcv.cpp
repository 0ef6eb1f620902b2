#include "validation/bbb/xcv.hpp"

#include <algorithm>
#include <array>

#include "validation/bbb/freshness.hpp"
#include "validation/findings.hpp"

namespace rakkan::validation {
namespace {

using enum SubIndication;
using Kind = Issue::Kind;

// §5.2.6.4: findings of path validation that are about the chain's soundness. All others are constraints (RFC 5280
// §6.1.4) and give CHAIN_CONSTRAINTS_FAILURE.
constexpr std::array<std::string_view, 4> kGeneral{"signature", "algorithm_unsupported", "issuer_name",
                                                   "malformed_extension"};

bool has_one_of(const std::vector<std::string>& values, const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& each) {
    return std::find(values.begin(), values.end(), each) != values.end();
  });
}

// The order in which issues are told: faults of the chain, revocations, algorithms, then ages, of the chain itself
// before those of its revocation data.
int gravity_of(Kind kind) {
  switch (kind) {
    case Kind::hard:
      return 0;
    case Kind::revoked:
    case Kind::on_hold:
    case Kind::ca_revoked:
      return 1;
    case Kind::weak_certificate:
    case Kind::weak_revocation:
    case Kind::weak_signature:
      return 2;
    case Kind::sunset:
    case Kind::validity:
    case Kind::ca_validity:
    case Kind::no_revocation:
    case Kind::unacceptable:
    case Kind::stale:
      return 3;
    case Kind::revocation_signer_ended:
      break;
  }
  return 4;
}

std::string named(const CertificateFacts& certificate, std::string_view what) {
  return certificate.subject + " " + std::string(what);
}

// One chain, at one time.
class ChainJudge {
 public:
  ChainJudge(const Case& facts, const Chain& chain, Role role, Instant time, const PoeSet& poe)
      : facts_(facts), chain_(chain), role_(role), time_(time), poe_(poe) {
    result_.chain = &chain;
  }

  XcvResult judge() && {
    judge_anchor();
    if (!chain_.certificates.empty()) {
      if (auto fault = find_chain_fault(facts_, chain_, role_)) {
        add({Kind::hard, std::move(*fault)});
      }
    }
    for (std::size_t index = 0; index < chain_.certificates.size(); ++index) {
      judge_certificate(index);
    }
    judge_algorithms();
    std::stable_sort(result_.issues.begin(), result_.issues.end(),
                     [](const Issue& a, const Issue& b) { return gravity_of(a.kind) < gravity_of(b.kind); });
    if (!result_.issues.empty()) {
      result_.conclusion = result_.issues.front().conclusion;
    }
    return std::move(result_);
  }

 private:
  void add(Issue issue) { result_.issues.push_back(std::move(issue)); }

  // §5.2.6.4 (1), and the sunset date of an anchor; the sunset itself is still in its trust.
  void judge_anchor() {
    const Anchor& anchor = *facts_.anchor(chain_.anchor);
    if (anchor.sunset && *anchor.sunset < time_) {
      Issue issue{Kind::sunset, indeterminate(no_certificate_chain_found_no_poe,
                                              "trust in the anchor ended at " + to_rfc3339(*anchor.sunset))};
      issue.time = anchor.sunset;
      add(std::move(issue));
    }
  }

  void judge_certificate(std::size_t index) {
    const CertificateFacts& certificate = *facts_.certificate(chain_.certificates[index]);
    const RolePolicy& policy = facts_.policy().of(role_);
    const RevocationNeed need = index == 0 ? policy.revocation : policy.ca_revocation;
    const bool is_exempted = need == RevocationNeed::none || is_exempt(certificate, role_);
    const auto chosen = is_exempted ? std::nullopt : choose_evidence(facts_, {&chain_, index}, poe_);
    result_.evidence.push_back(chosen);
    if (chosen && chosen->evidence.is_revoked() && chosen->evidence.revoked_at() <= time_) {
      judge_revocation(index, certificate, chosen->evidence);
    }
    if (!is_exempted && !chosen && need == RevocationNeed::required && !facts_.evidence_about(certificate.id).empty()) {
      judge_unacceptable(index, certificate);
    }
    const bool is_known_good = chosen && !chosen->evidence.is_revoked() && is_proven_in_time(*chosen, poe_);
    // A signer's revocation has the validity period in it: overcoming the one takes a proof from within the other.
    const bool is_judged = index == 0 && !result_.issues.empty() &&
                           (result_.issues.back().kind == Kind::revoked || result_.issues.back().kind == Kind::on_hold);
    if (!is_judged) {
      judge_validity(index, certificate, is_exempted || is_known_good);
    }
    if (is_exempted) {
      return;
    }
    if (chosen) {
      judge_evidence(index, certificate, *chosen);
    } else if (need == RevocationNeed::required && facts_.evidence_about(certificate.id).empty()) {
      add({Kind::no_revocation, indeterminate(try_later, "there are no revocation data about " + certificate.subject),
           index});
    }
  }

  // §5.2.6.4 (2) b and d.
  void judge_revocation(std::size_t index, const CertificateFacts& certificate, const Evidence& evidence) {
    const std::string since = evidence.entry->revoked_at ? " since " + to_rfc3339(*evidence.entry->revoked_at) : "";
    Issue issue{Kind::revoked, indeterminate(revoked_no_poe, named(certificate, "is revoked" + since)), index};
    if (index > 0) {
      issue.kind = Kind::ca_revoked;
      issue.conclusion.sub_indication = revoked_ca_no_poe;
    } else if (evidence.is_hold()) {
      issue.kind = Kind::on_hold;
      issue.conclusion = indeterminate(try_later, named(certificate, "is on hold" + since));
    }
    issue.time = evidence.revoked_at();
    issue.evidence = evidence;
    add(std::move(issue));
  }

  // §5.2.6.4 (2) e.
  void judge_validity(std::size_t index, const CertificateFacts& certificate, bool is_not_revoked) {
    if (certificate.not_before <= time_ && time_ <= certificate.not_after) {
      return;
    }
    const std::string when = time_ < certificate.not_before
                                 ? "is not valid before " + to_rfc3339(certificate.not_before)
                                 : "is not valid after " + to_rfc3339(certificate.not_after);
    const bool is_leaf = index == 0;
    Issue issue{is_leaf ? Kind::validity : Kind::ca_validity,
                indeterminate(is_leaf && is_not_revoked ? out_of_bounds_not_revoked : out_of_bounds_no_poe,
                              named(certificate, when)),
                index};
    add(std::move(issue));
  }

  // §5.2.5.3: data that are there and cannot be believed say more than none.
  void judge_unacceptable(std::size_t index, const CertificateFacts& certificate) {
    const Evidence& newest = facts_.evidence_about(certificate.id).front();
    const std::string why = acceptance_of(facts_, {&chain_, index}, newest).why;
    add({Kind::unacceptable,
         indeterminate(certificate_chain_general_failure,
                       "no revocation data about " + certificate.subject + " are acceptable: " + why),
         index});
  }

  // §5.2.5.4, and that the signer of the data is not beyond its end.
  void judge_evidence(std::size_t index, const CertificateFacts& certificate, const Chosen& chosen) {
    const RevocationFacts& data = *chosen.evidence.data;
    if (chosen.acceptance->exists_by && *chosen.acceptance->exists_by <= time_) {
      Issue issue{Kind::revocation_signer_ended,
                  indeterminate(revocation_out_of_bounds_no_poe,
                                "the signer of the revocation data about " + certificate.subject + " is revoked"),
                  index};
      issue.time = *chosen.acceptance->exists_by - std::chrono::milliseconds{1};
      issue.evidence = chosen.evidence;
      issue.object = data.id;
      add(std::move(issue));
    }
    if (chosen.acceptance->valid_until && *chosen.acceptance->valid_until < time_) {
      Issue issue{Kind::revocation_signer_ended,
                  indeterminate(revocation_out_of_bounds_no_poe, "the signer of the revocation data about " +
                                                                     certificate.subject + " ended at " +
                                                                     to_rfc3339(*chosen.acceptance->valid_until)),
                  index};
      issue.time = chosen.acceptance->valid_until;
      issue.evidence = chosen.evidence;
      issue.object = data.id;
      add(std::move(issue));
    }
    if (!chosen.evidence.is_revoked() && !is_fresh(facts_, data, time_)) {
      if (role_ == Role::timestamp && !is_fatal(facts_.policy().timestamp_freshness)) {
        result_.too_old.push_back({&certificate, &data});
        return;
      }
      Issue issue{Kind::stale,
                  indeterminate(try_later, "the revocation data about " + certificate.subject + " of " +
                                               to_rfc3339(data.this_update) + " are too old"),
                  index};
      issue.evidence = chosen.evidence;
      issue.object = data.id;
      add(std::move(issue));
    }
  }

  // §5.2.6.4 (4): the algorithms of the chain, and of the revocation data.
  void judge_algorithms() {
    for (std::size_t index = 0; index < chain_.certificates.size(); ++index) {
      const CertificateFacts& certificate = *facts_.certificate(chain_.certificates[index]);
      judge_algorithm(certificate.signature, Kind::weak_certificate, index, certificate.id,
                      "the signature of the certificate " + certificate.subject);
    }
    for (std::size_t index = 0; index < result_.evidence.size(); ++index) {
      const auto& chosen = result_.evidence[index];
      if (!chosen) {
        continue;
      }
      for (const Algorithm* each : chosen->acceptance->algorithms) {
        judge_algorithm(*each, Kind::weak_revocation, index, chosen->evidence.data->id,
                        "revocation data about " + facts_.certificate(chain_.certificates[index])->subject);
      }
    }
  }

  void judge_algorithm(const Algorithm& algorithm, Kind kind, std::size_t index, const Id& object, std::string what) {
    const Standing& standing = facts_.standing_of(algorithm);
    if (standing.is_acceptable_at(time_)) {
      return;
    }
    Issue issue{kind, indeterminate(crypto_constraints_failure_no_poe, std::move(what) + ": " + standing.words()),
                index};
    issue.time = standing.is_listed ? standing.until : std::nullopt;
    issue.object = object;
    add(std::move(issue));
  }

  const Case& facts_;
  const Chain& chain_;
  Role role_;
  Instant time_;
  const PoeSet& poe_;
  XcvResult result_;
};

std::size_t gravity(const XcvResult& result) {
  const auto hard = std::count_if(result.issues.begin(), result.issues.end(), [](const Issue& each) {
    return each.kind == Kind::hard || each.kind == Kind::unacceptable;
  });
  return static_cast<std::size_t>(hard) * 1'000 + result.issues.size();
}

std::string_view clause_of(Kind kind) {
  switch (kind) {
    case Kind::hard:
      return "EN 319 102-1 §5.2.6.4 (2), (3)";
    case Kind::sunset:
      return "EN 319 102-1 §5.2.6.4 (1)";
    case Kind::validity:
    case Kind::ca_validity:
    case Kind::revoked:
    case Kind::on_hold:
    case Kind::ca_revoked:
    case Kind::no_revocation:
      return "EN 319 102-1 §5.2.6.4 (2)";
    case Kind::unacceptable:
      return "EN 319 102-1 §5.2.5.3";
    case Kind::stale:
    case Kind::revocation_signer_ended:
      return "EN 319 102-1 §5.2.5.4";
    case Kind::weak_certificate:
    case Kind::weak_revocation:
    case Kind::weak_signature:
      break;
  }
  return "EN 319 102-1 §5.2.6.4 (4)";
}

}  // namespace

bool serves(const Anchor& anchor, Role role) noexcept {
  switch (role) {
    case Role::signer:
      return anchor.purposes.signing;
    case Role::timestamp:
      return anchor.purposes.timestamping;
    case Role::revocation:
      break;
  }
  return anchor.purposes.revocation;
}

std::optional<Conclusion> find_chain_fault(const Case& facts, const Chain& chain, Role role) {
  for (const ChainFinding& each : chain.findings) {
    if (facts.policy().chain_weight(each.code) == Weight::fail) {
      const bool is_general = std::find(kGeneral.begin(), kGeneral.end(), each.code) != kGeneral.end();
      return indeterminate(is_general ? certificate_chain_general_failure : chain_constraints_failure,
                           each.code + (each.detail.empty() ? "" : ": " + each.detail) + " (" + each.clause + ")");
    }
  }
  if (chain.certificates.empty()) {
    return std::nullopt;
  }
  const CertificateFacts& leaf = *facts.certificate(chain.certificates.front());
  const RolePolicy& policy = facts.policy().of(role);
  if (!policy.key_usage.empty() && policy.key_usage_weight == Weight::fail && leaf.key_usage &&
      !has_one_of(*leaf.key_usage, policy.key_usage)) {
    return indeterminate(chain_constraints_failure, named(leaf, "is not for this use of its key (keyUsage)"));
  }
  if (!policy.extended_key_usage.empty() && policy.extended_key_usage_weight == Weight::fail &&
      !(leaf.extended_key_usage && has_one_of(*leaf.extended_key_usage, policy.extended_key_usage))) {
    return indeterminate(chain_constraints_failure, named(leaf, "is not for this use (extKeyUsage)"));
  }
  return std::nullopt;
}

XcvResult validate_chain(const Case& facts, const Chain& chain, Role role, Instant time, const PoeSet& poe) {
  return ChainJudge(facts, chain, role, time, poe).judge();
}

std::vector<const Chain*> chains_for(const Case& facts, const CertificateFacts& certificate, Role role, Instant time) {
  std::vector<const Chain*> chains = facts.chains_of(certificate);
  std::erase_if(chains, [&](const Chain* each) {
    const Anchor& anchor = *facts.anchor(each->anchor);
    return !serves(anchor, role) || (anchor.from && time < *anchor.from);
  });
  return chains;
}

XcvResult validate_x509(const Case& facts, const CertificateFacts& certificate, Role role, Instant time, StepLog& log) {
  const PoeSet nothing_proven(facts.now());
  std::optional<XcvResult> best;
  for (const Chain* chain : chains_for(facts, certificate, role, time)) {
    XcvResult result = validate_chain(facts, *chain, role, time, nothing_proven);
    if (!best || gravity(result) < gravity(*best)) {
      best = std::move(result);
    }
    if (best->issues.empty()) {
      break;
    }
  }
  if (!best) {
    XcvResult none;
    none.conclusion =
        indeterminate(no_certificate_chain_found, "no chain of " + certificate.subject + " ends at an anchor");
    log.concluded("EN 319 102-1 §5.2.6.4 (1)", "xcv.chain", certificate.id, none.conclusion);
    return none;
  }
  if (best->issues.empty()) {
    log.passed("EN 319 102-1 §5.2.6.4", "xcv", certificate.id, "at " + to_rfc3339(time));
  }
  for (const Issue& each : best->issues) {
    log.concluded(clause_of(each.kind), "xcv", each.object.empty() ? certificate.id : each.object, each.conclusion);
  }
  return std::move(*best);
}

}  // namespace rakkan::validation
