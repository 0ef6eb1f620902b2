#include "pki/evidence_judge.hpp"

#include <algorithm>
#include <tuple>

#include "pki/evidence_exemption.hpp"
#include "pki/key_purpose.hpp"
#include "pki/revocation_question.hpp"
#include "rakkan/pki/renewal.hpp"

namespace rakkan::pki {
namespace {

constexpr std::size_t kMostRejected = 8;            // kept of one certificate
constexpr std::size_t kStepsOfSubject = 2048;       // judgements and verifications for each subject
constexpr std::chrono::milliseconds kSecond{1000};  // the grain of thisUpdate

std::string key_of(const CertificationPath& path, std::size_t index, const JudgedFor& what) {
  std::string key = key_of(path, index) + std::string(to_string(what.place)) + " " +
                    std::to_string(what.time.time_since_epoch().count()) + " " +
                    std::to_string(what.end().time_since_epoch().count());
  if (what.demand) {
    key += " " + std::string(to_string(what.demand->kind)) + " " + std::to_string(what.demand->duration.count());
  }
  return key;
}

// Every certificate that is given, with the better of its provenances. A subject's own certificate existed when its
// signature did.
std::map<std::string, Provenance> provenances(const EvidenceInputs& inputs, std::vector<Certificate>& all) {
  std::map<std::string, Provenance> found;
  const auto add = [&](const Certificate& certificate, const Provenance& from) {
    const auto [held, is_new] = found.emplace(fingerprint_of(certificate), from);
    if (is_new) {
      all.push_back(certificate);
      return;
    }
    held->second.origin = std::min(held->second.origin, from.origin);
    if (from.existed_at && (!held->second.existed_at || *from.existed_at < *held->second.existed_at)) {
      held->second.existed_at = from.existed_at;
    }
  };
  for (const auto& held : inputs.material.certificates()) {
    add(held.certificate, held.from);
  }
  for (const EvidenceSubject& subject : inputs.subjects) {
    add(subject.certificate, {subject.from.origin, subject.time});
    for (const Certificate& each : subject.certificates) {
      add(each, subject.from);
    }
  }
  return found;
}

enum class Timeliness : std::uint8_t { meets, not_fresh, stale };

Timeliness timeliness_of(const RevocationTimes& times, const JudgedFor& what) {
  if (what.covered_at && times.currency_at(*what.covered_at) == RevocationCurrency::out_of_date) {
    return Timeliness::stale;
  }
  const RevocationCurrency currency = times.currency_at(what.time);
  const bool is_after = currency == RevocationCurrency::not_yet;
  if (!what.demand) {
    return is_after || currency == RevocationCurrency::current ? Timeliness::meets : Timeliness::stale;
  }
  if (currency == RevocationCurrency::out_of_date && what.demand->kind == FreshnessDemand::Kind::cached) {
    return Timeliness::stale;
  }
  return times.this_update > what.demand->limit(what.time) ? Timeliness::meets : Timeliness::not_fresh;
}

bool is_good(const Statement& statement, Instant time) { return statement.status.is_good_at(time); }
bool revokes(const Statement& statement, Instant time) {
  return statement.status.state == RevocationState::revoked && !statement.status.is_good_at(time);
}

// The order of proofs, the best one first.
bool is_better(const Statement& a, const Statement& b) {
  const auto rank = [](const Statement& each) {
    return std::tuple(each.status.source == RevocationSource::ocsp, each.status.times.this_update,
                      signed_at(each.status.times));
  };
  if (rank(a) != rank(b)) {
    return rank(a) > rank(b);
  }
  const ByteView left = a.status.object.view();
  const ByteView right = b.status.object.view();
  return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
}

const Statement* best(const std::vector<const Statement*>& among) {
  const auto found = std::min_element(among.begin(), among.end(),
                                      [](const Statement* a, const Statement* b) { return is_better(*a, *b); });
  return found == among.end() ? nullptr : *found;
}

std::string words_of(const Revocation& revocation) {
  return std::string(revocation.is_hold() ? "on hold since " : "revoked at ") + to_rfc3339(revocation.time) +
         (revocation.reason ? " (" + std::string(name(*revocation.reason)) + ")" : std::string());
}

// Among statements that revoke the certificate in time the one that counts: a hold counts unless a good status of a
// later thisUpdate takes it back. The earliest revocation, of equals the newest statement.
const Statement* revocation_among(const std::vector<Statement>& statements, const JudgedFor& what) {
  const Statement* found = nullptr;
  for (const Statement& each : statements) {
    if (!revokes(each, what.end()) || (each.signer && !each.signer->is_authorized)) {
      continue;
    }
    const bool taken_back = each.status.revocation->is_hold() &&
                            std::any_of(statements.begin(), statements.end(), [&](const Statement& other) {
                              return is_good(other, what.end()) &&
                                     other.status.times.this_update > each.status.times.this_update &&
                                     (!other.signer || other.signer->is_proven);
                            });
    if (taken_back) {
      continue;
    }
    if (found == nullptr || each.status.revocation->time < found->status.revocation->time ||
        (each.status.revocation->time == found->status.revocation->time && is_better(each, *found))) {
      found = &each;
    }
  }
  return found;
}

}  // namespace

void reject(std::vector<RejectedEvidence>& rejected, const EvidenceObject& object, const crypto::Digest& fingerprint,
            Error why) {
  if (rejected.size() < kMostRejected) {
    rejected.push_back({object, fingerprint, std::move(why)});
  }
}

EvidenceJudge::EvidenceJudge(const EvidenceInputs& inputs)
    : inputs_(inputs), pool_({}), steps_left_(kStepsOfSubject * std::max<std::size_t>(inputs.subjects.size(), 1)) {
  std::vector<Certificate> all;
  provenances_ = provenances(inputs, all);
  pool_ = CertificatePool(all);
  for (const Certificate& each : pool_.certificates()) {
    if (names_purpose(each, kEkuOcspSigning)) {
      responders_.emplace(each.issuer().comparison_key(), each);
    }
    if (each.has_key_usage(KeyUsage::crl_sign)) {
      crl_issuers_.emplace(each.subject().comparison_key(), each);
    }
  }
}

Provenance EvidenceJudge::provenance_of(const Certificate& certificate) const {
  const auto found = provenances_.find(fingerprint_of(certificate));
  return found == provenances_.end() ? Provenance{EvidenceOrigin::fetched} : found->second;
}

PathInputs EvidenceJudge::inputs_for(const JudgedFor& target) {
  PathInputs inputs{.at = always_at(target.time)};
  inputs.revocation = [this, target](const CertificationPath& path,
                                     std::size_t index) -> Result<std::optional<RevocationRefusal>> {
    const bool is_target = index + 1 == path.certificates.size();
    const JudgedFor what = is_target ? target : target.of_authority();
    RAKKAN_TRY(const Judgement judgement, judge(path, index, what));
    if (judgement->is_settled()) {
      return std::nullopt;
    }
    return RevocationRefusal{
        judgement->verdict == EvidenceVerdict::revoked ? PathRefusal::revoked : PathRefusal::revocation_unknown,
        judgement->detail};
  };
  return inputs;
}

Result<PathSearch> EvidenceJudge::search(const Certificate& target, std::span<const TrustAnchor> anchors,
                                         const JudgedFor& what) {
  const PathInputs inputs = inputs_for(what);
  return find_path(target, pool_, anchors, inputs, inputs_.limits, inputs_.known);
}

Result<Judgement> EvidenceJudge::judge(const CertificationPath& path, std::size_t index, const JudgedFor& what) {
  const Certificate& certificate = path.certificates.at(index);
  if (std::find(in_progress_.begin(), in_progress_.end(), certificate) != in_progress_.end()) {
    ++cuts_;
    CertificateJudgement cycle;
    cycle.gap = EvidenceGap::responder_cycle;
    cycle.detail = "its status would be proven by itself";
    return std::make_shared<const CertificateJudgement>(std::move(cycle));
  }
  const Key key = key_of(path, index, what);
  if (const auto known = judgements_.find(key); known != judgements_.end()) {
    return known->second;
  }
  RAKKAN_CHECK(take_step());
  const std::size_t cuts_before = cuts_;
  in_progress_.push_back(certificate);
  Statements statements = statements_about(path, index);
  Result<void> signers = is_exhausted() ? take_step() : Result<void>();
  for (Statement& each : statements.authorized) {
    if (signers && each.right != EvidenceRight::issuer) {
      auto signer = judge_signer(path, index, each);
      if (!signer) {
        signers = fail(std::move(signer).error());
        break;
      }
      each.signer = *std::move(signer);
    }
  }
  in_progress_.pop_back();
  RAKKAN_CHECK(signers);
  auto judgement = std::make_shared<const CertificateJudgement>(decide(path, index, what, std::move(statements)));
  // A judgement that was cut short holds for this way alone, unless it is the one that everything began with.
  if (cuts_ == cuts_before || in_progress_.empty()) {
    judgements_.emplace(key, judgement);
  }
  return judgement;
}

Result<void> EvidenceJudge::take_step() {
  steps_left_ -= steps_left_ == 0 ? 0 : 1;
  if (steps_left_ == 0) {
    return fail(ErrorCode::certificate_path_limit, "the proofs of certificates take more than " +
                                                       std::to_string(kStepsOfSubject) + " steps for each signature");
  }
  return {};
}

CertificateJudgement EvidenceJudge::decide(const CertificationPath& path, std::size_t index, const JudgedFor& what,
                                           Statements statements) const {
  const Certificate& certificate = path.certificates[index];
  CertificateJudgement judgement;
  judgement.rejected = std::move(statements.rejected);
  for (const Statement& each : statements.authorized) {
    if (revokes(each, what.end()) && each.signer && !each.signer->is_authorized) {
      reject(judgement.rejected, each.object, each.status.object,
             {ErrorCode::revocation_signer_unauthorized,
              each.signer->detail,
              each.signer->certificate.subject().text(),
              std::nullopt,
              {}});
    }
  }
  if (const Statement* revocation = revocation_among(statements.authorized, what)) {
    judgement.verdict = EvidenceVerdict::revoked;
    judgement.statement = *revocation;
    judgement.detail = words_of(*revocation->status.revocation);
    return judgement;
  }
  const Instant existed_at = provenance_of(certificate).existed_at.value_or(inputs_.now);
  const AlgorithmStanding standing = algorithms_of(path, inputs_.algorithms).at(index).standing;
  if (!standing.acceptable_at(existed_at)) {
    judgement.gap = EvidenceGap::algorithm;
    judgement.detail = "its signature: " + standing.limit + " is not acceptable at " + to_rfc3339(existed_at);
    return judgement;
  }
  if (const auto exemption = exemption_of(certificate, what.place)) {
    judgement.verdict = EvidenceVerdict::exempt;
    judgement.exemption = exemption;
    return judgement;
  }

  // Statements by how near they are to a proof. A signer that may still be proven comes before data that are too old, a
  // signer that has no right to sign after them.
  std::vector<const Statement*> meeting, by_unproven, not_fresh, hopeless, stale, unknown;
  for (const Statement& each : statements.authorized) {
    if (each.status.state == RevocationState::unknown) {
      unknown.push_back(&each);
    } else if (is_good(each, what.end())) {
      const Timeliness timeliness = timeliness_of(each.status.times, what);
      const bool proven = !each.signer || each.signer->is_proven;
      const bool meets = timeliness == Timeliness::meets;
      auto& those = timeliness == Timeliness::stale                     ? stale
                    : !proven && !(meets && each.signer->is_authorized) ? hopeless
                    : !proven                                           ? by_unproven
                    : meets                                             ? meeting
                                                                        : not_fresh;
      those.push_back(&each);
    }
  }
  const auto take = [&](const std::vector<const Statement*>& from, EvidenceGap gap, std::string detail) {
    judgement.gap = gap;
    judgement.statement = *best(from);
    judgement.detail = std::move(detail);
  };
  if (const Statement* proof = best(meeting)) {
    judgement.verdict = EvidenceVerdict::proven;
    judgement.statement = *proof;
    return judgement;
  }
  const std::optional<Instant> limit = what.demand ? std::optional(what.demand->limit(what.time)) : std::nullopt;
  const auto take_unproven = [&](const std::vector<const Statement*>& from) {
    const SignerJudgement& signer = *best(from)->signer;
    const bool own_cycle = what.place != EvidencePlace::subject && what.place != EvidencePlace::authority &&
                           signer.gap == EvidenceGap::responder_cycle;
    take(from, own_cycle ? EvidenceGap::responder_cycle : EvidenceGap::signer_not_proven,
         own_cycle ? "its status would be proven by itself"
                   : "the " + std::string(to_string(signer.place)) + " " + signer.certificate.subject().text() +
                         " is not proven: " + signer.detail);
  };
  if (!by_unproven.empty()) {
    take_unproven(by_unproven);
  } else if (!not_fresh.empty()) {
    take(not_fresh, EvidenceGap::not_fresh, "what speaks about it is not newer than " + to_rfc3339(*limit));
    for (const Statement* each : not_fresh) {
      const Instant next = std::max(each->status.times.next_update.value_or(*limit), *limit + kSecond);
      judgement.ask_again = std::min(judgement.ask_again.value_or(next), next);
    }
  } else if (limit && what.demand->kind == FreshnessDemand::Kind::after_signature && inputs_.now <= *limit) {
    judgement.gap = EvidenceGap::not_fresh;
    judgement.detail = "nothing can be newer than " + to_rfc3339(*limit) + " yet";
    judgement.ask_again = *limit + kSecond;
  } else if (!hopeless.empty()) {
    take_unproven(hopeless);
  } else if (!stale.empty()) {
    take(stale, EvidenceGap::revocation_stale, "what speaks about it was not current at " + to_rfc3339(what.end()));
  } else if (!unknown.empty()) {
    take(unknown, EvidenceGap::revocation_unknown, "the responder does not know it");
  } else if (!judgement.rejected.empty()) {
    judgement.gap = EvidenceGap::revocation_not_used;
    judgement.detail = judgement.rejected.front().why.detail;
  } else {
    judgement.gap = EvidenceGap::revocation_missing;
    judgement.detail = "neither a CRL nor an OCSP response about it";
  }
  return judgement;
}

}  // namespace rakkan::pki
