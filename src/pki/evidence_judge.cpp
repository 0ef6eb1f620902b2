#include "pki/evidence_judge.hpp"

#include <algorithm>
#include <tuple>

#include "pki/crl_status.hpp"
#include "pki/evidence_exemption.hpp"
#include "pki/key_purpose.hpp"
#include "rakkan/pki/renewal.hpp"

namespace rakkan::pki {
namespace {

constexpr std::size_t kStepsOfSubject = 2048;       // judgements and verifications for each subject
constexpr std::size_t kMostCrlIssuers = 16;         // that are tried for one CRL
constexpr std::size_t kMostRejected = 8;            // kept of one certificate
constexpr std::chrono::milliseconds kSecond{1000};  // the grain of thisUpdate

std::string key_of(const Certificate& certificate) { return std::string(text_of(certificate.fingerprint().view())); }

// The part of a path down to that certificate, as a key.
std::string key_of(const CertificationPath& path, std::size_t index) {
  std::string key = key_of(path.anchor.certificate);
  for (std::size_t i = 0; i <= index; ++i) {
    key += key_of(path.certificates[i]);
  }
  return key;
}

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
    const auto [held, is_new] = found.emplace(key_of(certificate), from);
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

const Certificate& issuer_in(const CertificationPath& path, std::size_t index) {
  return index == 0 ? path.anchor.certificate : path.certificates[index - 1];
}

// The time at which the object was signed.
Instant signed_at(const RevocationTimes& times) { return times.produced_at.value_or(times.this_update); }

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

void reject(std::vector<RejectedEvidence>& rejected, const EvidenceObject& object, const crypto::Digest& fingerprint,
            Error why) {
  if (rejected.size() < kMostRejected) {
    rejected.push_back({object, fingerprint, std::move(why)});
  }
}

Error of_another_time(std::string why) {
  return {ErrorCode::revocation_out_of_date, std::move(why), {}, std::nullopt, {}};
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
  const auto found = provenances_.find(key_of(certificate));
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

const EvidenceJudge::Statements& EvidenceJudge::statements_about(const CertificationPath& path, std::size_t index) {
  const Key key = key_of(path, index);
  if (const auto known = statements_.find(key); known != statements_.end()) {
    return known->second;
  }
  Statements statements;
  add_responses(statements, path, index);
  add_lists(statements, path, index);
  return statements_.emplace(key, std::move(statements)).first->second;
}

void EvidenceJudge::add_responses(Statements& to, const CertificationPath& path, std::size_t index) {
  const Certificate& certificate = path.certificates[index];
  const Certificate& issuer = issuer_in(path, index);
  std::vector<Certificate> others;
  const auto [first, last] = responders_.equal_range(issuer.subject().comparison_key());
  std::transform(first, last, std::back_inserter(others), [](const auto& each) { return each.second; });
  for (const std::size_t each : inputs_.material.responses_about(certificate.serial_number())) {
    const auto& held = inputs_.material.responses()[each];
    if (held.response.find(certificate, issuer) == nullptr) {
      continue;  // about another issuer's certificate of that number
    }
    if (!take_step()) {
      return;
    }
    const EvidenceObject object{RevocationSource::ocsp, each, held.from};
    auto status = revocation_status(held.response, certificate, issuer, others);
    if (!status) {
      reject(to.rejected, object, held.fingerprint, std::move(status).error());
      continue;
    }
    const EvidenceRight right =
        status->authorization == OcspAuthorization::issuer ? EvidenceRight::issuer : EvidenceRight::delegated;
    add(to, path, index, {object, *std::move(status), right});
  }
}

void EvidenceJudge::add_lists(Statements& to, const CertificationPath& path, std::size_t index) {
  const Certificate& certificate = path.certificates[index];
  const Certificate& issuer = issuer_in(path, index);
  for (const std::size_t each : inputs_.material.lists_of(certificate.issuer())) {
    const auto& held = inputs_.material.lists()[each];
    const EvidenceObject object{RevocationSource::crl, each, held.from};
    if (!take_step()) {
      return;
    }
    if (auto covers = held.list.covers(certificate); !covers) {
      reject(to.rejected, object, held.fingerprint, std::move(covers).error());
      continue;
    }
    const Certificate* signer = &issuer;
    auto verified = inputs_.material.verify_list(each, issuer);
    if (!verified) {
      std::size_t tried = 0;
      const auto [first, last] = crl_issuers_.equal_range(held.list.issuer().comparison_key());
      for (auto one = first; one != last && tried < kMostCrlIssuers && take_step(); ++one, ++tried) {
        if (one->second != issuer && inputs_.material.verify_list(each, one->second)) {
          signer = &one->second;
          break;
        }
      }
      if (signer == &issuer) {
        reject(to.rejected, object, held.fingerprint, std::move(verified).error());
        continue;
      }
    }
    RevocationStatus status{.times = {held.list.this_update(), held.list.next_update(), std::nullopt},
                            .source = RevocationSource::crl,
                            .object = held.fingerprint,
                            .signer = *signer};
    const auto [entry, is_new] = entries_.try_emplace(key_of(certificate) + std::to_string(each));
    if (is_new) {
      entry->second = held.list.find(certificate.issuer(), certificate.serial_number());
    }
    apply_entry(status, entry->second);
    const bool by_issuer = equal(signer->spki(), issuer.spki());  // of the same name, too: the list's
    add(to, path, index, {object, std::move(status), by_issuer ? EvidenceRight::issuer : EvidenceRight::crl_issuer});
  }
}

void EvidenceJudge::add(Statements& to, const CertificationPath& path, std::size_t index, Statement statement) {
  auto acceptable = check(path, index, statement);
  if (!acceptable) {
    reject(to.rejected, statement.object, statement.status.object, std::move(acceptable).error());
    return;
  }
  to.authorized.push_back(std::move(statement));
}

Result<void> EvidenceJudge::check(const CertificationPath& path, std::size_t index, const Statement& statement) {
  const Certificate& certificate = path.certificates[index];
  const RevocationStatus& status = statement.status;
  const Instant made = signed_at(status.times);
  if (std::max(status.times.this_update, made) > inputs_.now + inputs_.clock_tolerance) {
    return fail(of_another_time("it is of the future: " + to_rfc3339(std::max(status.times.this_update, made))));
  }
  const Instant existed_at = statement.object.from.existed_at.value_or(inputs_.now);
  const AlgorithmStanding standing = standing_of(statement);
  if (!standing.acceptable_at(existed_at)) {
    return fail(ErrorCode::algorithm_not_acceptable,
                "its signature: " + standing.limit + " is not acceptable at " + to_rfc3339(existed_at));
  }
  if (status.state == RevocationState::good && status.times.this_update < certificate.validity().not_before) {
    return fail(of_another_time("it is older than the certificate"));
  }
  if (status.state == RevocationState::good && status.times.this_update > certificate.validity().not_after) {
    const Instant end = certificate.validity().not_after;
    const auto since = status.source == RevocationSource::crl
                           ? expired_certificates_since(inputs_.material.lists()[statement.object.index].list)
                           : status.archive_cutoff;
    if (!status.cert_hash_matches && !(since && *since <= end)) {
      return fail(of_another_time("it is of a time after the certificate's end, and may not know it any more"));
    }
  }
  if (statement.right == EvidenceRight::issuer) {  // the others are judged with their paths
    const auto& sunset = path.anchor.sunset;
    if (sunset && made > *sunset) {
      return fail(of_another_time("it is of a time after the end of the anchor's trust"));
    }
    if (index > 0) {
      const Certificate& issuer = path.certificates[index - 1];
      if (made < issuer.validity().not_before || made > issuer.validity().not_after) {
        return fail(of_another_time("its issuer's certificate was not valid when it signed"));
      }
      const auto revoked = known_revocation(path, index - 1);
      if (revoked && *revoked <= made) {
        return fail(ErrorCode::revocation_signer_unauthorized, "its issuer was revoked when it signed");
      }
    }
  }
  return {};
}

// The earliest revocation of a CA by its issuer or a responder of that.
std::optional<Instant> EvidenceJudge::known_revocation(const CertificationPath& path, std::size_t index) {
  std::optional<Instant> earliest;
  for (const Statement& each : statements_about(path, index).authorized) {
    if (each.right != EvidenceRight::crl_issuer && each.status.revocation &&
        (!earliest || each.status.revocation->time < *earliest)) {
      earliest = each.status.revocation->time;
    }
  }
  return earliest;
}

AlgorithmStanding EvidenceJudge::standing_of(const Statement& statement) const {
  const ByteView identifier = statement.object.source == RevocationSource::crl
                                  ? inputs_.material.lists()[statement.object.index].list.signature_algorithm()
                                  : inputs_.material.responses()[statement.object.index].response.signature_algorithm();
  const auto algorithm = crypto::VerificationAlgorithm::parse(identifier);
  const auto& key = statement.status.signer.verification_key();
  if (!algorithm || !key) {
    AlgorithmStanding none;
    none.limit = algorithm ? "a key that cannot be used" : algorithm.error().detail;
    return none;
  }
  return inputs_.algorithms.signature(*algorithm, facts_of(*key));
}

Result<std::shared_ptr<const SignerJudgement>> EvidenceJudge::judge_signer(const CertificationPath& path,
                                                                           std::size_t index,
                                                                           const Statement& statement) {
  SignerJudgement signer{
      .place = statement.right == EvidenceRight::delegated ? EvidencePlace::responder : EvidencePlace::crl_issuer,
      .certificate = statement.status.signer,
      .time = signed_at(statement.status.times),
      .path = std::nullopt,
      .judgements = {},
      .gap = std::nullopt,
      .detail = {}};
  if (signer.place == EvidencePlace::responder) {
    RAKKAN_CHECK(judge_responder(path, index, signer));
  } else {
    RAKKAN_CHECK(judge_crl_issuer(path, signer));
  }
  return std::make_shared<const SignerJudgement>(std::move(signer));
}

// A path that takes too much work is no path; a judge that has done too much ends the table.
Result<void> EvidenceJudge::give_up(SignerJudgement& signer, const Error& why) const {
  if (is_exhausted()) {
    return fail(why);
  }
  signer.gap = EvidenceGap::path_limit;
  signer.detail = why.detail;
  return {};
}

// A delegated responder stands below the issuer of the certificate in question, whose own status is judged for that
// certificate; here only a revocation of a CA before the responder signed counts against it.
Result<void> EvidenceJudge::judge_responder(const CertificationPath& path, std::size_t index, SignerJudgement& signer) {
  CertificationPath own{path.anchor, {}};
  own.certificates.assign(path.certificates.begin(), path.certificates.begin() + static_cast<std::ptrdiff_t>(index));
  own.certificates.push_back(signer.certificate);
  signer.judgements.resize(own.certificates.size());
  PathInputs inputs{.at = always_at(signer.time)};
  inputs.revocation = [&](const CertificationPath& judged,
                          std::size_t each) -> Result<std::optional<RevocationRefusal>> {
    if (each < index) {
      const auto revoked = known_revocation(judged, each);
      return revoked && *revoked <= signer.time
                 ? std::optional(RevocationRefusal{PathRefusal::revoked, "revoked at " + to_rfc3339(*revoked)})
                 : std::nullopt;
    }
    RAKKAN_TRY(signer.judgements[each], judge(judged, each, {EvidencePlace::responder, signer.time}));
    return std::nullopt;
  };
  SignatureChecks signatures(inputs_.limits.signature_checks, inputs_.known);
  const auto verdict = validate_path(own, inputs, signatures);
  signer.path = std::move(own);
  if (!verdict) {
    return give_up(signer, verdict.error());
  }
  const Judgement& judgement = signer.judgements.back();
  if (!verdict->is_valid()) {
    signer.gap = EvidenceGap::path_refused;
    signer.detail = verdict->findings.front().subject + ": " + verdict->findings.front().detail;
    return {};
  }
  signer.detail = judgement->detail;
  if (judgement->verdict == EvidenceVerdict::revoked) {
    signer.gap = EvidenceGap::path_refused;
    return {};
  }
  signer.is_authorized = true;
  signer.is_proven = judgement->is_settled();
  signer.gap = judgement->gap;
  return {};
}

// RFC 5280 §6.3.3 (f): the path of a CRL issuer ends at the anchor of the path of the certificate in question.
Result<void> EvidenceJudge::judge_crl_issuer(const CertificationPath& path, SignerJudgement& signer) {
  if (!path.anchor.purposes.contains(TrustPurpose::revocation)) {
    signer.gap = EvidenceGap::anchor_purpose;
    signer.detail = "the anchor " + path.anchor.certificate.subject().text() + " is not trusted for revocation data";
    return {};
  }
  const std::vector<TrustAnchor> anchors = {path.anchor};
  const JudgedFor what{EvidencePlace::crl_issuer, signer.time};
  const auto found = search(signer.certificate, anchors, what);
  if (!found) {
    return give_up(signer, found.error());
  }
  const JudgedPath* judged = found->path ? &*found->path : found->refused.empty() ? nullptr : &found->refused.front();
  if (judged == nullptr) {
    signer.gap = EvidenceGap::issuer_missing;
    signer.detail = "no path to the anchor of the certificate";
    return {};
  }
  signer.path = judged->path;
  for (std::size_t i = 0; i < judged->path.certificates.size(); ++i) {
    const bool is_target = i + 1 == judged->path.certificates.size();
    RAKKAN_TRY(Judgement judgement,
               judge(judged->path, i, is_target ? what : JudgedFor{EvidencePlace::authority, signer.time}));
    signer.judgements.push_back(std::move(judgement));
  }
  signer.is_proven = judged->verdict.is_valid();
  signer.is_authorized = signer.is_proven;
  if (signer.is_proven) {
    return {};
  }
  const auto other =
      std::find_if(judged->verdict.findings.begin(), judged->verdict.findings.end(),
                   [](const PathFinding& each) { return each.refusal != PathRefusal::revocation_unknown; });
  const PathFinding& finding = other == judged->verdict.findings.end() ? judged->verdict.findings.front() : *other;
  signer.detail = finding.subject + ": " + finding.detail;
  if (other != judged->verdict.findings.end()) {
    signer.gap = EvidenceGap::path_refused;
    return {};
  }
  signer.is_authorized = true;
  const auto open = std::find_if(signer.judgements.begin(), signer.judgements.end(),
                                 [](const Judgement& each) { return !each->is_settled(); });
  signer.gap = open == signer.judgements.end() ? EvidenceGap::path_refused : (*open)->gap;
  return {};
}

}  // namespace rakkan::pki
