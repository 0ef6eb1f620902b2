#include "validation/time_sliding.hpp"

#include <algorithm>
#include <chrono>

#include "validation/bbb/freshness.hpp"
#include "validation/bbb/rac.hpp"

namespace rakkan::validation {
namespace {

constexpr const char* kClause = "EN 319 102-1 §5.6.2.2.4";
constexpr std::chrono::milliseconds kJustBefore{1};

class Slider {
 public:
  Slider(const Case& facts, const Chain& chain, Role role, const PoeSet& poe, StepLog& log)
      : facts_(facts), chain_(chain), role_(role), poe_(poe), log_(log), control_(facts.now()) {}

  SlidResult slide() && {
    const Anchor& anchor = *facts_.anchor(chain_.anchor);
    if (anchor.sunset) {
      move_to(*anchor.sunset, anchor.id, "the anchor's trust ended");
    }
    // (3): from the certificate that the anchor issued down to the signing certificate.
    for (std::size_t index = chain_.certificates.size(); index-- > 0;) {
      if (Conclusion conclusion = slide_over(index); !conclusion.is_passed()) {
        log_.concluded(kClause, "vts", chain_.certificates[index], conclusion);
        return {std::move(conclusion), control_};
      }
    }
    log_.passed(kClause, "vts", chain_.certificates.empty() ? chain_.anchor : chain_.certificates.front(),
                "control-time " + to_rfc3339(control_));
    return {{}, control_};
  }

 private:
  void move_to(Instant time, const Id& object, std::string why) {
    if (time < control_) {
      control_ = time;
      log_.noted(kClause, "vts", object, "control-time " + to_rfc3339(time) + ": " + std::move(why));
    }
  }

  Conclusion slide_over(std::size_t index) {
    const CertificateFacts& certificate = *facts_.certificate(chain_.certificates[index]);
    const RolePolicy& policy = facts_.policy().of(role_);
    const RevocationNeed need = index == 0 ? policy.revocation : policy.ca_revocation;
    if (need != RevocationNeed::none && !is_exempt(certificate, role_)) {
      const auto chosen = choose(index, certificate);
      if (chosen) {
        slide_by(*chosen);
      } else if (need == RevocationNeed::required) {
        return indeterminate(SubIndication::no_poe, "nothing proves by " + to_rfc3339(control_) +
                                                        " whether the certificate was revoked: " + certificate.subject);
      }
    }
    return slide_by_algorithm(certificate.signature, certificate.id);
  }

  // (3) a: the newest data that were issued, and are proven together with the certificate, by the control time.
  std::optional<Chosen> choose(std::size_t index, const CertificateFacts& certificate) const {
    std::optional<Chosen> newest;
    if (poe_.lowest(certificate.id) > control_) {
      return newest;
    }
    const Place place{&chain_, index};
    for (const Evidence& each : facts_.evidence_about(certificate.id)) {
      const bool is_for_good = each.is_revoked() && !each.is_hold();
      if ((newest && !is_for_good) || each.data->this_update > control_ || poe_.lowest(each.data->id) > control_) {
        continue;
      }
      const Acceptance& acceptance = acceptance_of(facts_, place, each);
      const Chosen chosen{each, &acceptance};
      if (!acceptance.is_acceptable || !is_proven_in_time(chosen, poe_)) {
        continue;
      }
      if (is_for_good) {
        return chosen;
      }
      newest = chosen;
    }
    return newest;
  }

  // (3) b, c.
  void slide_by(const Chosen& chosen) {
    const RevocationFacts& data = *chosen.evidence.data;
    if (chosen.evidence.is_revoked()) {
      move_to(std::max(chosen.evidence.revoked_at(), Instant::min() + kJustBefore) - kJustBefore, data.id,
              "revoked then");
    } else if (!is_fresh(facts_, data, control_)) {
      // The data were fresh when they are proven to have existed, and then say that the certificate was good then.
      const Instant proven = poe_.lowest(data.id);
      const bool was_fresh = is_fresh(facts_, data, proven);
      move_to(was_fresh ? proven : data.this_update, data.id,
              was_fresh ? "the revocation data are proven then" : "the revocation data are of then");
    }
    for (const Algorithm* each : chosen.acceptance->algorithms) {
      const Standing& standing = facts_.standing_of(*each);
      if (!standing.is_acceptable_at(control_) && standing.is_listed && standing.until) {
        move_to(*standing.until, data.id, standing.words());
      }
    }
  }

  // (3) d: an algorithm that does not count at the control time moves it to its end.
  Conclusion slide_by_algorithm(const Algorithm& algorithm, const Id& object) {
    const Standing& standing = facts_.standing_of(algorithm);
    if (standing.is_acceptable_at(control_)) {
      return {};
    }
    if (!standing.is_listed || !standing.until) {
      return indeterminate(SubIndication::crypto_constraints_failure_no_poe, standing.words());
    }
    move_to(*standing.until, object, standing.words());
    return {};
  }

  const Case& facts_;
  const Chain& chain_;
  Role role_;
  const PoeSet& poe_;
  StepLog& log_;
  Instant control_;
};

}  // namespace

SlidResult slide_time(const Case& facts, const Chain& chain, Role role, const PoeSet& poe, StepLog& log) {
  return Slider(facts, chain, role, poe, log).slide();
}

}  // namespace rakkan::validation
