#include "validation/archival.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "validation/bbb/fc.hpp"
#include "validation/findings.hpp"
#include "validation/level.hpp"
#include "validation/long_term.hpp"
#include "validation/past_signature.hpp"
#include "validation/timestamp_rank.hpp"

namespace rakkan::validation {
namespace {

using enum SubIndication;

// §5.5.4 (5): content timestamps are not younger than signature timestamps, nor these than archive timestamps, and what
// covers another is not older.
bool is_coherent(const std::vector<const TimestampResult*>& timestamps) {
  std::array<Instant, 3> youngest{Instant::min(), Instant::min(), Instant::min()};  // of each rank
  std::array<Instant, 3> oldest{Instant::max(), Instant::max(), Instant::max()};
  std::unordered_map<std::string_view, Instant> times;
  for (const TimestampResult* each : timestamps) {
    if (each->conclusion.is_passed()) {
      const TimestampFacts& facts = *each->facts;
      const auto kind = static_cast<std::size_t>(rank_of(facts.kind));
      youngest.at(kind) = std::max(youngest.at(kind), facts.gen_time);
      oldest.at(kind) = std::min(oldest.at(kind), facts.gen_time);
      times.emplace(facts.id, facts.gen_time);
    }
  }
  if (youngest[0] > std::min(oldest[1], oldest[2]) || youngest[1] > oldest[2]) {
    return false;
  }
  return std::all_of(timestamps.begin(), timestamps.end(), [&](const TimestampResult* each) {
    const auto& covers = each->facts->covers;
    return !each->conclusion.is_passed() || std::all_of(covers.begin(), covers.end(), [&](const Id& id) {
      const auto covered = times.find(id);
      return covered == times.end() || covered->second <= each->facts->gen_time;
    });
  });
}

class SignatureProcess {
 public:
  SignatureProcess(const Case& facts, const SignatureFacts& signature, const Proofs& proofs)
      : facts_(facts), signature_(signature), proofs_(proofs) {
    for (const Id& each : signature.timestamps) {
      if (const TimestampResult* result = proofs.of(each)) {
        timestamps_.push_back(result);
      }
    }
  }

  SignatureVerdict run() && {
    verdict_.id = signature_.id;
    verdict_.field = signature_.pdf.field;
    verdict_.timestamps = signature_.timestamps;
    verdict_.signing_certificate = signature_.signer.certificate;
    std::vector<const TimestampResult*> content;
    std::copy_if(timestamps_.begin(), timestamps_.end(), std::back_inserter(content),
                 [](const TimestampResult* each) { return each->facts->kind == TimestampKind::content; });
    basic_ = validate_basic(facts_, signature_, content, log_);
    Conclusion conclusion = basic_.is_final ? basic_.conclusion : judge_over_time();
    verdict_.signed_revision_indication = conclusion.indication;
    verdict_.signed_revision_sub_indication = conclusion.sub_indication;
    Conclusion changes = check_modifications(facts_, signature_.id, signature_.pdf, log_);
    if (static_cast<int>(changes.indication) > static_cast<int>(conclusion.indication)) {
      conclusion = std::move(changes);
    }
    verdict_.indication = conclusion.indication;
    verdict_.sub_indication = conclusion.sub_indication;
    log_.concluded("EN 319 102-1 §5.1.3", "verdict", signature_.id, conclusion);
    describe();
    return std::move(verdict_);
  }

 private:
  Conclusion judge_over_time() {
    // (3)
    LongTermResult long_term = validate_long_term(facts_, signature_, basic_, timestamps_, log_);
    Conclusion conclusion = std::move(long_term.conclusion);
    // (5), (6): all timestamps have given their proofs.
    const Instant best = std::min(long_term.best_signature_time, proofs_.poe.lowest(signature_.id));
    if (best < facts_.now()) {
      verdict_.best_signature_time = best;
    }
    // (7)
    if (!conclusion.is_passed()) {
      PastResult past = validate_past(facts_, signature_.id, basic_, Role::signer, proofs_.poe, log_);
      if (past.is_judged) {
        conclusion = std::move(past.conclusion);
      }
    }
    if (verdict_.best_signature_time && best < basic_.certificate->not_before) {
      conclusion = failed(not_yet_valid, "the signature existed before its certificate");
      log_.concluded("EN 319 102-1 §5.5.4 (4)", "ltv.issuance", signature_.id, conclusion);
    }
    if (conclusion.is_passed()) {
      conclusion = check_times(best);
    }
    return conclusion.is_passed() ? basic_.elements : conclusion;
  }

  // §5.5.4 (5), (6) and §5.6.3.4 (8), (9).
  Conclusion check_times(Instant best) {
    const Policy& policy = facts_.policy();
    if (!is_coherent(timestamps_)) {
      add_finding(log_, policy.timestamp_order, {"timestamp-order", "EN 319 102-1 §5.5.4 (5)", {}, std::nullopt, {}},
                  signature_.id);
      if (is_fatal(policy.timestamp_order)) {
        Conclusion order = indeterminate(timestamp_order_failure, "the timestamps contradict their order");
        log_.concluded("EN 319 102-1 §5.5.4 (5)", "ltv.order", signature_.id, order);
        return order;
      }
    }
    if (signature_.claimed_time && policy.timestamp_delay &&
        *signature_.claimed_time + *policy.timestamp_delay < best) {
      Conclusion late = indeterminate(sig_constraints_failure, "the signature was timestamped too late");
      log_.concluded("EN 319 102-1 §5.5.4 (6)", "ltv.delay", signature_.id, late);
      return late;
    }
    return {};
  }

  void describe() {
    verdict_.level =
        verdict_.indication == Indication::failed ? Level::none : level_of(facts_, signature_, basic_, timestamps_);
    switch (signature_.signer.signature) {
      case Check::good:
        if (basic_.crypto.is(signed_data_not_found)) {
          log_.find(finding_of("signed-data-not-found", Severity::warning, signature_.id));
          break;
        }
        [[fallthrough]];
      case Check::bad: {
        const bool is_whole = basic_.crypto.is_passed() && signature_.pdf.coverage != Coverage::unclear;
        const bool is_der =
            std::none_of(signature_.structure.begin(), signature_.structure.end(), [](const auto& each) {
              return each.code == "signed-attributes-not-der" || each.code == "byte-range-malformed" ||
                     each.code == "contents-gap";
            });
        verdict_.cryptographically_valid = is_whole && is_der;
        break;
      }
      case Check::unsupported:
      case Check::not_checked:
        log_.find(finding_of("signature-not-verifiable", Severity::warning, signature_.id));
        break;
    }
    if (signature_.pdf.coverage != Coverage::not_pdf) {
      const bool is_forbidden_form = signature_.pdf.modification == ModificationLevel::form_filling &&
                                     signature_.pdf.permission == Permission::no_changes;
      verdict_.doc_mdp_ok = signature_.pdf.permissions_kept.value_or(true) && !is_forbidden_form &&
                            signature_.pdf.modification != ModificationLevel::other;
    }
    if (basic_.x509.chain != nullptr) {
      describe_chain(*basic_.x509.chain);
    }
    for (const TimestampResult* each : timestamps_) {
      if (!each->conclusion.is_passed()) {
        log_.find(finding_of("timestamp-not-passed", Severity::warning, each->facts->id, each->conclusion.detail));
      }
    }
    if (signature_.claimed_time && verdict_.best_signature_time &&
        *signature_.claimed_time > *verdict_.best_signature_time) {
      log_.find(finding_of("claimed-time-after-proof", Severity::information, signature_.id));
    }
    if (facts_.standing_of(signature_.signer.algorithm).has_ended_by_warning) {
      log_.find(finding_of("algorithm-ended", Severity::warning, signature_.id,
                           facts_.standing_of(signature_.signer.algorithm).name));
    }
    verdict_.steps = std::move(log_.steps());
    verdict_.findings = std::move(log_.findings());
  }

  void describe_chain(const Chain& chain) {
    verdict_.anchor = chain.anchor;
    verdict_.chain = chain.certificates;
    for (const ChainFinding& each : chain.findings) {
      const Weight weight = facts_.policy().chain_weight(each.code);
      add_finding(log_, weight, {"chain-finding", each.clause, each.code, std::nullopt, {}}, each.certificate);
    }
    const bool is_operator = facts_.anchor(chain.anchor)->is_operator ||
                             std::any_of(chain.certificates.begin(), chain.certificates.end(),
                                         [&](const Id& each) { return facts_.certificate(each)->is_operator; });
    if (is_operator) {
      log_.find(finding_of("operator-certificate", Severity::information, chain.anchor));
    }
  }

  const Case& facts_;
  const SignatureFacts& signature_;
  const Proofs& proofs_;
  std::vector<const TimestampResult*> timestamps_;
  BasicResult basic_;
  StepLog log_;
  SignatureVerdict verdict_;
};

}  // namespace

SignatureVerdict validate_signature(const Case& facts, const SignatureFacts& signature, const Proofs& proofs) {
  return SignatureProcess(facts, signature, proofs).run();
}

}  // namespace rakkan::validation
