#include "rakkan/pki/revocation_processing.hpp"

#include <algorithm>
#include <map>

#include "pki/evidence_exemption.hpp"
#include "pki/revocation_fact_finder.hpp"
#include "pki/revocation_question.hpp"

namespace rakkan::pki {
namespace {

bool is_good_at(const RevocationFact& fact, Instant time) {
  return fact.state == RevocationState::good || (fact.revocation && time < fact.revocation->time);
}
bool revokes_at(const RevocationFact& fact, Instant time) {
  return fact.state == RevocationState::revoked && fact.revocation && fact.revocation->time <= time;
}

bool covers_hold(const RevocationFact& fact) {
  return (fact.reasons.bits >> static_cast<unsigned>(CrlReason::certificate_hold) & 1U) != 0;
}

// §6.3.3 (a): why the fact says nothing about that time. A revocation that is not a hold stays what it is.
std::optional<RevocationFlaw> time_flaw(const RevocationFact& fact, const Certificate& certificate, Instant time) {
  if (revokes_at(fact, time) && !fact.revocation->is_hold()) {
    return std::nullopt;
  }
  switch (fact.times.currency_at(time)) {
    case RevocationCurrency::out_of_date:
      return RevocationFlaw::not_current;
    case RevocationCurrency::no_next_update:
      if (fact.times.this_update < time) {
        return RevocationFlaw::not_current;
      }
      break;
    case RevocationCurrency::current:
    case RevocationCurrency::not_yet:
      break;
  }
  const Instant end = certificate.validity().not_after;
  const bool is_known_still =
      fact.cert_hash == OcspCertHashMatch::match || (fact.knows_ended_since && *fact.knows_ended_since <= end);
  if (fact.state == RevocationState::good && fact.times.this_update > end && !is_known_still) {
    return RevocationFlaw::certificate_ended;
  }
  return std::nullopt;
}

std::string words_of(const RevocationFact& fact, RevocationFlaw flaw) {
  switch (flaw) {
    case RevocationFlaw::not_current:
      return fact.times.next_update ? "it was to be renewed by " + to_rfc3339(*fact.times.next_update)
                                    : "it does not say until when it holds";
    case RevocationFlaw::certificate_ended:
      return "it is of a time after the certificate's end, and may not know it any more";
    case RevocationFlaw::status_unknown:
      return "the responder does not know the certificate";
    case RevocationFlaw::some_reasons:
      return "it is about some reasons of revocation only";
    default:
      return fact.detail;
  }
}

std::string words_of(const Revocation& revocation) {
  return std::string(revocation.is_hold() ? "on hold since " : "revoked at ") + to_rfc3339(revocation.time) +
         (revocation.reason ? " (" + std::string(name(*revocation.reason)) + ")" : std::string());
}

// A signer's standing at a time: nothing flawed, or the flaw with its words.
struct SignerFlaw {
  RevocationFlaw flaw{};
  std::string detail;
};
using SignerStanding = std::optional<SignerFlaw>;

}  // namespace

bool RevocationVerdict::has(RevocationFlaw flaw) const noexcept {
  return std::any_of(objections.begin(), objections.end(),
                     [&](const RevocationObjection& each) { return each.flaw == flaw; });
}

class RevocationProcessor::Work {
 public:
  Work(const RevocationSources& sources, const RevocationLimits& limits, VerifiedSignatures* known)
      : limits_(limits),
        steps_(limits.steps),
        signatures_(limits.signature_checks, known),
        finder_({sources, limits_, known, steps_, signatures_}) {}

  Result<const std::vector<RevocationFact>*> facts(const CertificationPath& path, std::size_t index) {
    if (index >= path.certificates.size()) {
      return fail(ErrorCode::invalid_argument, "the path has no such certificate");
    }
    RAKKAN_CHECK(steps_.take());
    return finder_.facts(path, index);
  }

  Result<RevocationVerdict> status_at(const CertificationPath& path, std::size_t index, Instant time,
                                      EvidencePlace place) {
    RAKKAN_TRY(const std::vector<RevocationFact>* found, facts(path, index));
    const Certificate& certificate = path.certificates[index];
    if (std::find(in_progress_.begin(), in_progress_.end(), certificate) != in_progress_.end()) {
      return cut(RevocationFlaw::circular, "its status would be proven by itself");
    }
    if (in_progress_.size() > limits_.depth) {
      return cut(RevocationFlaw::signer_unproven, "too many signers whose status is proven by one another");
    }
    const std::string key =
        key_of(path, index) + std::to_string(time.time_since_epoch().count()) + " " + std::string(to_string(place));
    if (const auto known = verdicts_.find(key); known != verdicts_.end()) {
      return known->second;
    }
    const std::size_t cuts_before = cuts_;
    in_progress_.push_back(certificate);
    auto verdict = decide(path, index, time, place, *found);
    in_progress_.pop_back();
    // A verdict that was cut short holds for this way alone, unless it is the one that everything began with.
    if (verdict && (cuts_ == cuts_before || in_progress_.empty())) {
      verdicts_.emplace(key, *verdict);
    }
    return verdict;
  }

  [[nodiscard]] std::size_t signature_checks() const noexcept { return signatures_.made(); }

 private:
  // A certificate whose status is being found out, or a chain of signers that is too long.
  Result<RevocationVerdict> cut(RevocationFlaw flaw, std::string detail) {
    ++cuts_;
    RevocationVerdict verdict;
    verdict.detail = detail;
    verdict.objections.push_back({RevocationSource::crl, 0, flaw, std::move(detail)});
    return verdict;
  }

  Result<RevocationVerdict> decide(const CertificationPath& path, std::size_t index, Instant time, EvidencePlace place,
                                   const std::vector<RevocationFact>& facts) {
    RevocationVerdict verdict;
    RAKKAN_TRY(const auto accepted, accept(path, index, time, facts, verdict.objections));
    if (const RevocationFact* revocation = revocation_among(accepted, time)) {
      verdict.state = RevocationState::revoked;
      verdict.revocation = revocation->revocation;
      verdict.proofs = {*revocation};
      verdict.detail = words_of(*revocation->revocation);
      return verdict;
    }
    ReasonFlags reasons{0};  // §6.3.3 (l)
    for (const RevocationFact* each : accepted) {
      const unsigned more = each->reasons.bits & kAllReasons.bits & ~static_cast<unsigned>(reasons.bits);
      if (is_good_at(*each, time) && more != 0) {
        reasons.bits = static_cast<std::uint16_t>(reasons.bits | more);
        verdict.proofs.push_back(*each);
      }
    }
    if (reasons == kAllReasons) {
      verdict.state = RevocationState::good;
      verdict.detail = "not revoked";
      return verdict;
    }
    for (const RevocationFact& each : verdict.proofs) {
      object(verdict.objections, each, RevocationFlaw::some_reasons);
    }
    verdict.proofs.clear();
    if (exemption_of(path.certificates[index], place)) {
      verdict.state = RevocationState::good;
      verdict.is_exempt = true;
      verdict.detail = "no information on revocation is needed";
      return verdict;
    }
    verdict.detail =
        verdict.objections.empty() ? "no information on revocation is given" : most_telling(verdict.objections).detail;
    return verdict;
  }

  // The objection of the latest step: what lacks least.
  static const RevocationObjection& most_telling(const std::vector<RevocationObjection>& objections) {
    return *std::max_element(
        objections.begin(), objections.end(),
        [](const RevocationObjection& a, const RevocationObjection& b) { return a.flaw < b.flaw; });
  }

  static void object(std::vector<RevocationObjection>& objections, const RevocationFact& fact, RevocationFlaw flaw,
                     std::string detail = {}) {
    objections.push_back({fact.source, fact.delta.value_or(fact.index), flaw,
                          detail.empty() ? words_of(fact, flaw) : std::move(detail)});
  }

  // The facts that count at that time; of one list with several deltas the newest alone, and the list without a delta
  // only where none counts.
  Result<std::vector<const RevocationFact*>> accept(const CertificationPath& path, std::size_t index, Instant time,
                                                    const std::vector<RevocationFact>& facts,
                                                    std::vector<RevocationObjection>& objections) {
    std::vector<const RevocationFact*> accepted;
    std::vector<std::size_t> continued;
    std::vector<const RevocationFact*> in_turn;
    for (const bool with_delta : {true, false}) {
      for (const RevocationFact& each : facts) {
        if (each.delta.has_value() == with_delta && each.others.empty()) {
          in_turn.push_back(&each);
        }
      }
    }
    for (const RevocationFact* each : in_turn) {
      if (each->source == RevocationSource::crl &&
          std::find(continued.begin(), continued.end(), each->index) != continued.end()) {
        continue;
      }
      if (const auto flaw = each->flaw()) {
        object(objections, *each, *flaw);
        continue;
      }
      if (const auto flaw = time_flaw(*each, path.certificates[index], time)) {
        object(objections, *each, *flaw);
        continue;
      }
      if (each->state == RevocationState::unknown) {
        object(objections, *each, RevocationFlaw::status_unknown);
        continue;
      }
      RAKKAN_TRY(SignerStanding standing, judge_signer(path, index, *each, time));
      if (standing) {
        object(objections, *each, standing->flaw, std::move(standing->detail));
        continue;
      }
      accepted.push_back(each);
      if (each->delta) {
        continued.push_back(each->index);
      }
    }
    return accepted;
  }

  // The earliest revocation that no later information takes back: a hold may end, no other one does.
  static const RevocationFact* revocation_among(const std::vector<const RevocationFact*>& accepted, Instant time) {
    const RevocationFact* found = nullptr;
    for (const RevocationFact* each : accepted) {
      if (!revokes_at(*each, time)) {
        continue;
      }
      const bool is_taken_back = each->revocation->is_hold() &&
                                 std::any_of(accepted.begin(), accepted.end(), [&](const RevocationFact* other) {
                                   return is_good_at(*other, time) && covers_hold(*other) &&
                                          other->times.this_update > each->times.this_update;
                                 });
      if (!is_taken_back && (found == nullptr || each->revocation->time < found->revocation->time)) {
        found = each;
      }
    }
    return found;
  }

  // §6.3.3 (f); RFC 6960 §4.2.2.2.1.
  Result<SignerStanding> judge_signer(const CertificationPath& path, std::size_t index, const RevocationFact& fact,
                                      Instant time) {
    const Certificate& issuer = issuer_in(path, index);
    if (*fact.signer == path.certificates[index]) {
      return SignerStanding();  // it is named in its own distribution point; its path is the one in question
    }
    if (*fact.signer == issuer) {
      return judge_issuer(path, index, fact, time);
    }
    SignerStanding best;
    for (const CertificationPath& own : fact.signer_paths) {
      RAKKAN_TRY(SignerStanding standing, judge_path(path, index, own, fact, time));
      if (!standing) {
        return standing;
      }
      if (!best || best->flaw < standing->flaw) {
        best = std::move(standing);
      }
    }
    return best;
  }

  // The issuer stands in the path in question, where it is judged at the control time. Its signatures of later
  // times count unless it was revoked or had ended by then.
  Result<SignerStanding> judge_issuer(const CertificationPath& path, std::size_t index, const RevocationFact& fact,
                                      Instant time) {
    const Instant signed_at = fact.signed_at();
    if (signed_at <= time || index == 0) {
      return SignerStanding();
    }
    const Validity& validity = path.certificates[index - 1].validity();
    if (signed_at < validity.not_before || signed_at > validity.not_after) {
      return SignerFlaw{RevocationFlaw::signer_path, "its issuer's certificate was not valid when it was signed"};
    }
    RAKKAN_TRY(const RevocationVerdict verdict, status_at(path, index - 1, signed_at, EvidencePlace::authority));
    if (verdict.state == RevocationState::revoked) {
      return SignerFlaw{RevocationFlaw::signer_revoked, "its issuer was " + verdict.detail};
    }
    return SignerStanding();
  }

  // A responder has to be valid when it signed, a CRL issuer at the control time; neither may be revoked by then.
  Result<SignerStanding> judge_path(const CertificationPath& path, std::size_t index, const CertificationPath& own,
                                    const RevocationFact& fact, Instant time) {
    RAKKAN_CHECK(steps_.take(own.certificates.size() + 1));
    const Instant when = std::max(time, fact.signed_at());
    const bool is_responder = fact.right == RevocationRight::delegated_responder;
    bool is_circular = false;
    bool is_refused = false;  // nothing more is found out for a path that is no proof any more
    PathInputs inputs{.at = always_at(is_responder ? fact.signed_at() : when)};
    inputs.revocation = [&](const CertificationPath& judged,
                            std::size_t each) -> Result<std::optional<RevocationRefusal>> {
      if (is_refused) {
        return std::nullopt;
      }
      const bool is_signer = each + 1 == judged.certificates.size();
      const EvidencePlace place = !is_signer     ? EvidencePlace::authority
                                  : is_responder ? EvidencePlace::responder
                                                 : EvidencePlace::crl_issuer;
      RAKKAN_TRY(const RevocationVerdict verdict, status_at(judged, each, when, place));
      if (verdict.state == RevocationState::good) {
        return std::nullopt;
      }
      if (verdict.state == RevocationState::revoked) {
        is_refused = true;
        return RevocationRefusal{PathRefusal::revoked, verdict.detail};
      }
      // The CAs above a responder stand above the certificate in question too, where they are judged.
      if (is_responder && each < index && judged.certificates[each] == path.certificates[each]) {
        return std::nullopt;
      }
      is_refused = true;
      is_circular = verdict.has(RevocationFlaw::circular);
      return RevocationRefusal{PathRefusal::revocation_unknown, verdict.detail};
    };
    RAKKAN_TRY(const PathVerdict verdict, validate_path(own, inputs, signatures_));
    if (verdict.is_valid()) {
      return SignerStanding();
    }
    const auto worst = std::find_if(verdict.findings.begin(), verdict.findings.end(), [](const PathFinding& each) {
      return each.refusal != PathRefusal::revocation_unknown;
    });
    const PathFinding& finding = worst == verdict.findings.end() ? verdict.findings.front() : *worst;
    const RevocationFlaw flaw = worst == verdict.findings.end()
                                    ? (is_circular ? RevocationFlaw::circular : RevocationFlaw::signer_unproven)
                                : verdict.has(PathRefusal::revoked) ? RevocationFlaw::signer_revoked
                                                                    : RevocationFlaw::signer_path;
    return SignerFlaw{flaw, "its signer's path: " + finding.subject + ": " + finding.detail};
  }

  const RevocationLimits limits_;
  RevocationSteps steps_;
  SignatureChecks signatures_;
  RevocationFactFinder finder_;
  std::map<std::string, RevocationVerdict> verdicts_;
  std::vector<Certificate> in_progress_;  // whose status is being found out, each for the one before it
  std::size_t cuts_ = 0;
};

RevocationProcessor::RevocationProcessor(const RevocationSources& sources, const RevocationLimits& limits,
                                         VerifiedSignatures* known)
    : work_(std::make_unique<Work>(sources, limits, known)) {}
RevocationProcessor::~RevocationProcessor() = default;

Result<std::vector<RevocationFact>> RevocationProcessor::facts(const CertificationPath& path, std::size_t index) {
  RAKKAN_TRY(const std::vector<RevocationFact>* found, work_->facts(path, index));
  return *found;
}

Result<RevocationVerdict> RevocationProcessor::status_at(const CertificationPath& path, std::size_t index,
                                                         Instant time) {
  const bool is_target = index + 1 == path.certificates.size();
  return work_->status_at(path, index, time, is_target ? EvidencePlace::subject : EvidencePlace::authority);
}

RevocationCheck RevocationProcessor::check_at(ControlTime at) {
  return [this, at = std::move(at)](const CertificationPath& path,
                                    std::size_t index) -> Result<std::optional<RevocationRefusal>> {
    RAKKAN_TRY(RevocationVerdict verdict, status_at(path, index, at(path.certificates.at(index))));
    switch (verdict.state) {
      case RevocationState::good:
        return std::nullopt;
      case RevocationState::revoked:
        return RevocationRefusal{PathRefusal::revoked, std::move(verdict.detail)};
      case RevocationState::unknown:
        return RevocationRefusal{PathRefusal::revocation_unknown, std::move(verdict.detail)};
    }
    return std::nullopt;
  };
}

std::size_t RevocationProcessor::signature_checks() const noexcept { return work_->signature_checks(); }

}  // namespace rakkan::pki
