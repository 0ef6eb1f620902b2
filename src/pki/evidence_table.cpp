#include "rakkan/pki/evidence_table.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "pki/evidence_judge.hpp"
#include "rakkan/pki/distribution_point.hpp"

namespace rakkan::pki {
namespace {

bool concerns_revocation(const PathFinding& finding) noexcept {
  return finding.refusal == PathRefusal::revoked || finding.refusal == PathRefusal::revocation_unknown;
}

// How near a refused path is to a good one: 0 when revocation data alone are missing, 1 when a certificate is revoked,
// 2 when it is refused for anything else.
unsigned distance(const JudgedPath& path) noexcept {
  unsigned farthest = 0;
  for (const PathFinding& each : path.verdict.findings) {
    farthest = std::max(farthest, !concerns_revocation(each) ? 2U : each.refusal == PathRefusal::revoked ? 1U : 0U);
  }
  return farthest;
}

// TableMaker makes the rows of one subject after the other.
class TableMaker {
 public:
  explicit TableMaker(const EvidenceInputs& inputs) : inputs_(inputs), judge_(inputs) {}

  Result<EvidenceTable> run() {
    for (const EvidenceSubject& subject : inputs_.subjects) {
      RAKKAN_CHECK(add(subject));
    }
    std::stable_partition(table_.needs.begin(), table_.needs.end(),
                          [](const EvidenceNeed& need) { return !need.alternative; });
    return std::move(table_);
  }

 private:
  Result<void> add(const EvidenceSubject& subject) {
    index_ = table_.subjects.size();
    first_row_ = table_.rows.size();
    const std::size_t needs_before = table_.needs.size();
    subject_ = &subject;
    table_.subjects.push_back({.role = subject.role,
                               .label = subject.label,
                               .certificate = subject.certificate,
                               .time = subject.time,
                               .covered_at = subject.covered_at,
                               .demand = subject.demand,
                               .algorithms = subject.algorithms});
    const std::vector<TrustAnchor> anchors = inputs_.trust.anchors_for(purpose_of(subject.role));
    auto search = judge_.search(subject.certificate, anchors, own());
    if (!search && judge_.is_exhausted()) {
      return fail(std::move(search).error());
    }
    if (!search) {
      add_unanchored(subject.certificate, EvidencePlace::subject, EvidenceGap::path_limit, search.error().detail);
      return {};
    }
    if (search->path) {
      RAKKAN_CHECK(add_path(search->path->path, false));
      require_timely_proof(search->path->path, needs_before);
      return {};
    }
    std::stable_sort(search->refused.begin(), search->refused.end(),
                     [](const JudgedPath& a, const JudgedPath& b) { return distance(a) < distance(b); });
    if (search->refused.empty()) {
      table_.subjects.back().broken = search->broken;
      add_dead_ends(*search);
      return {};
    }
    return add_refused(*search);
  }

  [[nodiscard]] JudgedFor own() const {
    return {EvidencePlace::subject, subject_->time, std::optional(subject_->demand), subject_->covered_at};
  }

  Result<void> add_refused(const PathSearch& search) {
    const JudgedPath& nearest = search.refused.front();
    const std::size_t needs_before = table_.needs.size();
    RAKKAN_CHECK(add_path(nearest.path, false));
    EvidencedSubject& subject = table_.subjects.back();
    std::copy_if(nearest.verdict.findings.begin(), nearest.verdict.findings.end(), std::back_inserter(subject.findings),
                 [](const PathFinding& each) { return !concerns_revocation(each); });
    if (!subject.findings.empty()) {  // no revocation data would help
      forget_needs(needs_before);
      EvidenceRow& row = table_.rows.at(first_row_);
      const PathFinding& finding = subject.findings.front();
      row.exemption.reset();
      row.verdict = row.verdict == EvidenceVerdict::revoked ? row.verdict : EvidenceVerdict::not_proven;
      row.gap = row.verdict == EvidenceVerdict::revoked ? std::nullopt : std::optional(EvidenceGap::path_refused);
      row.detail = finding.subject + ": " + finding.detail;
    }
    for (auto other = search.refused.begin() + 1; other != search.refused.end() && distance(*other) == 0; ++other) {
      RAKKAN_CHECK(add_path(other->path, true));
    }
    for (const DeadEnd& end : search.dead_ends) {
      need_issuer(end, true);
    }
    if (subject.findings.empty()) {
      require_timely_proof(nearest.path, needs_before);
    }
    return {};
  }

  // A timestamp has to be proven to have existed while its path and its algorithms still held (EN 319 102-1 §5.6.2.4):
  // by a later timestamp over it, or by being there now. No revocation data help one that was not.
  void require_timely_proof(const CertificationPath& path, std::size_t needs_before) {
    EvidenceRow& row = table_.rows.at(first_row_);
    const auto untimely = subject_->role == EvidenceRole::signer ? std::nullopt : untimely_proof(path);
    if (!untimely || row.verdict == EvidenceVerdict::revoked) {
      return;
    }
    forget_needs(needs_before);
    row.exemption.reset();
    row.verdict = EvidenceVerdict::not_proven;
    std::tie(row.gap, row.detail) = *untimely;
  }

  // The first thing that had ended before the timestamp is proven to have existed.
  [[nodiscard]] std::optional<std::pair<EvidenceGap, std::string>> untimely_proof(const CertificationPath& path) const {
    const Instant existed_at = subject_->from.existed_at.value_or(inputs_.now);
    const auto ended = [&](Instant end, const std::string& what) {
      return std::pair(EvidenceGap::path_refused, what + " ended at " + to_rfc3339(end) +
                                                      ", and the timestamp is proven to have existed from " +
                                                      to_rfc3339(existed_at) + " on alone");
    };
    for (const Certificate& each : path.certificates) {
      if (each.validity().not_after < existed_at) {
        return ended(each.validity().not_after, "the certificate " + each.subject().text());
      }
    }
    if (path.anchor.sunset && *path.anchor.sunset < existed_at) {
      return ended(*path.anchor.sunset, "the trust in " + path.anchor.certificate.subject().text());
    }
    for (const AlgorithmInUse& each : subject_->algorithms) {
      if (!each.standing.acceptable_at(existed_at)) {
        return std::pair(EvidenceGap::algorithm,
                         each.use + ": " + each.standing.limit + " is not acceptable at " + to_rfc3339(existed_at));
      }
    }
    return std::nullopt;
  }

  void forget_needs(std::size_t from) {
    table_.needs.erase(table_.needs.begin() + static_cast<std::ptrdiff_t>(from), table_.needs.end());
  }

  // The rows of a path, or, of an alternative, its needs alone.
  Result<void> add_path(const CertificationPath& path, bool alternative) {
    if (!alternative) {
      EvidencedSubject& subject = table_.subjects.back();
      subject.path = path;
      subject.accreditation = inputs_.trust.accreditation_of(path, subject_->time);
      subject.is_operator = inputs_.trust.is_operator(path);
    }
    if (path.certificates.empty()) {
      EvidenceRow row = new_row(path.anchor.certificate, path.anchor.certificate, own());
      row.verdict = EvidenceVerdict::exempt;
      row.exemption = EvidenceExemption::anchor;
      table_.rows.push_back(std::move(row));
      return {};
    }
    for (std::size_t i = path.certificates.size(); i-- > 0;) {
      const JudgedFor what = i + 1 == path.certificates.size() ? own() : own().of_authority();
      RAKKAN_TRY(const Judgement judgement, judge_.judge(path, i, what));
      add_judged(path, i, what, *judgement, std::nullopt, alternative);
    }
    return {};
  }

  [[nodiscard]] EvidenceRow new_row(const Certificate& certificate, const Certificate& issuer,
                                    const JudgedFor& what) const {
    return {.subject = index_,
            .place = what.place,
            .certificate = certificate,
            .issuer = issuer,
            .issuer_known = true,
            .time = what.time,
            .places = evidence_places(certificate),
            .certificate_in_document = judge_.provenance_of(certificate).origin == EvidenceOrigin::document};
  }

  void add_judged(const CertificationPath& path, std::size_t index, const JudgedFor& what,
                  const CertificateJudgement& judgement, std::optional<std::size_t> serves, bool alternative) {
    const Certificate& certificate = path.certificates[index];
    const Certificate& issuer = index == 0 ? path.anchor.certificate : path.certificates[index - 1];
    if (has_row(certificate, what.time, judgement)) {
      return;
    }
    EvidenceRow row = new_row(certificate, issuer, what);
    row.serves = serves;
    row.verdict = judgement.verdict;
    row.gap = judgement.gap;
    row.exemption = judgement.exemption;
    row.detail = judgement.detail;
    row.rejected = judgement.rejected;
    row.ask_again = judgement.ask_again;
    if (judgement.statement) {
      row.object = judgement.statement->object;
      row.status = judgement.statement->status;
      row.right = judgement.statement->right;
      const auto difference = row.status->times.this_update - what.time;
      row.freshness = EvidenceFreshness{difference.count() > 0, difference};
    }
    need_revocation(row, what, alternative);
    const std::size_t number = table_.rows.size();
    if (!alternative) {
      table_.rows.push_back(std::move(row));
    }
    if (judgement.statement && judgement.statement->signer) {
      add_signer(*judgement.statement->signer, number, alternative);
    }
  }

  void add_signer(const SignerJudgement& signer, std::size_t serves, bool alternative) {
    if (!signer.path) {
      if (!alternative) {
        EvidenceRow row = new_row(signer.certificate, signer.certificate, {signer.place, signer.time});
        row.issuer_known = false;
        row.serves = serves;
        row.gap = signer.gap;
        row.verdict = EvidenceVerdict::not_proven;
        row.detail = signer.detail;
        table_.rows.push_back(std::move(row));
      }
      return;
    }
    for (std::size_t i = signer.path->certificates.size(); i-- > 0;) {
      const bool is_signer = i + 1 == signer.path->certificates.size();
      if (signer.judgements[i]) {
        add_judged(*signer.path, i, {is_signer ? signer.place : EvidencePlace::authority, signer.time},
                   *signer.judgements[i], is_signer ? std::optional(serves) : std::nullopt, alternative);
      }
    }
  }

  // True when the subject has a row for the certificate that says as much: of the same time, or both settled.
  [[nodiscard]] bool has_row(const Certificate& certificate, Instant time,
                             const CertificateJudgement& judgement) const {
    return std::any_of(
        table_.rows.begin() + static_cast<std::ptrdiff_t>(first_row_), table_.rows.end(), [&](const EvidenceRow& row) {
          return row.certificate == certificate && (row.time == time || (row.is_settled() && judgement.is_settled()));
        });
  }

  void need_revocation(const EvidenceRow& row, const JudgedFor& what, bool alternative) {
    if (row.verdict != EvidenceVerdict::not_proven || row.gap == EvidenceGap::algorithm ||
        (row.places.ocsp.empty() && row.places.crl.empty())) {
      return;
    }
    const auto newer_than = what.demand ? std::optional(what.demand->limit(what.time)) : std::nullopt;
    if (newer_than && *newer_than >= inputs_.now) {
      return;  // nobody has such data yet
    }
    add_need({.kind = EvidenceNeed::Kind::revocation,
              .subject = index_,
              .place = row.place,
              .certificate = row.certificate,
              .issuer = row.issuer,
              .time = what.end(),
              .newer_than = newer_than,
              .places = row.places,
              .alternative = alternative || row.gap == EvidenceGap::signer_not_proven});
  }

  void need_issuer(const DeadEnd& end, bool alternative) {
    EvidencePlaces places = evidence_places(end.certificate);
    if (end.is_root || places.ca_issuers.empty()) {
      return;
    }
    const bool is_subject = end.certificate == subject_->certificate;
    add_need({.kind = EvidenceNeed::Kind::issuer,
              .subject = index_,
              .place = is_subject ? EvidencePlace::subject : EvidencePlace::authority,
              .certificate = end.certificate,
              .time = subject_->time,
              .places = std::move(places),
              .alternative = alternative});
  }

  void add_need(EvidenceNeed need) {
    const bool known = std::any_of(table_.needs.begin(), table_.needs.end(), [&](const EvidenceNeed& each) {
      return each.kind == need.kind && each.certificate == need.certificate && each.issuer == need.issuer &&
             each.time == need.time && each.newer_than == need.newer_than && each.alternative == need.alternative;
    });
    if (!known) {
      table_.needs.push_back(std::move(need));
    }
  }

  // Without any path: a row for the subject's certificate, and one for every other certificate at which a way up ends.
  void add_dead_ends(const PathSearch& search) {
    std::optional<EvidenceGap> nearest;
    std::string detail;
    for (const DeadEnd& end : search.dead_ends) {
      const auto [gap, words] = gap_of(end);
      // A missing issuer can be had; a wrong purpose is told before an unknown root.
      if (!nearest || gap < *nearest || (gap == EvidenceGap::anchor_purpose && *nearest == EvidenceGap::no_anchor)) {
        nearest = gap;
        detail = words;
      }
    }
    if (!nearest) {  // certificates of its issuer's name are at hand, and none of their keys made its signature
      nearest = EvidenceGap::issuer_missing;
      detail = search.broken.empty() ? "no certificate of " + subject_->certificate.issuer().text()
                                     : search.broken.front().reason.detail;
      need_issuer({subject_->certificate, false}, false);
    }
    add_unanchored(subject_->certificate, EvidencePlace::subject, *nearest, detail);
    for (const DeadEnd& end : search.dead_ends) {
      const auto [gap, words] = gap_of(end);
      if (gap == EvidenceGap::issuer_missing) {
        need_issuer(end, false);
      }
      if (end.certificate != subject_->certificate) {
        add_unanchored(end.certificate, EvidencePlace::authority, gap, words);
      }
    }
  }

  [[nodiscard]] std::pair<EvidenceGap, std::string> gap_of(const DeadEnd& end) const {
    const TrustPurpose purpose = purpose_of(subject_->role);
    const auto anchor =
        std::find_if(inputs_.trust.anchors().begin(), inputs_.trust.anchors().end(), [&](const TrustAnchor& each) {
          return !each.purposes.contains(purpose) && end.certificate.issuer().matches(each.certificate.subject());
        });
    if (anchor != inputs_.trust.anchors().end()) {
      return {EvidenceGap::anchor_purpose, "the anchor " + anchor->certificate.subject().text() +
                                               " is not trusted for " + std::string(to_string(purpose))};
    }
    if (end.is_root) {
      return {EvidenceGap::no_anchor, "the root " + end.certificate.subject().text() + " is no anchor"};
    }
    return {EvidenceGap::issuer_missing, "the certificate of " + end.certificate.issuer().text() + " is missing"};
  }

  void add_unanchored(const Certificate& certificate, EvidencePlace place, EvidenceGap gap, std::string detail) {
    EvidenceRow row = new_row(certificate, certificate, {place, subject_->time});
    row.issuer_known = false;
    row.verdict = EvidenceVerdict::not_proven;
    row.gap = gap;
    row.detail = std::move(detail);
    table_.rows.push_back(std::move(row));
  }

  const EvidenceInputs& inputs_;
  EvidenceJudge judge_;
  EvidenceTable table_;
  const EvidenceSubject* subject_ = nullptr;
  std::size_t index_ = 0;      // of the subject
  std::size_t first_row_ = 0;  // of the subject
};

template <class T>
void add_once(std::vector<T>& to, const T& value) {
  if (std::find(to.begin(), to.end(), value) == to.end()) {
    to.push_back(value);
  }
}

}  // namespace

EvidencePlaces evidence_places(const Certificate& certificate) {
  EvidencePlaces places;
  if (auto access = authority_information_access(certificate)) {
    for (const std::string& each : access->ocsp) {
      add_once(places.ocsp, each);
    }
    for (const std::string& each : access->ca_issuers) {
      add_once(places.ca_issuers, each);
    }
  }
  if (const auto points = crl_distribution_points(certificate)) {
    for (const DistributionPoint& point : *points) {
      if (!point.name || point.reasons || !point.crl_issuer.empty()) {
        continue;
      }
      for (const std::string& each : point.name->urls()) {
        add_once(places.crl, each);
      }
    }
  }
  return places;
}

bool EvidenceTable::complete() const noexcept {
  return std::all_of(rows.begin(), rows.end(), [](const EvidenceRow& row) { return row.is_settled(); });
}

bool EvidenceTable::revoked() const noexcept {
  return std::any_of(rows.begin(), rows.end(),
                     [](const EvidenceRow& row) { return row.verdict == EvidenceVerdict::revoked; });
}

std::optional<Instant> EvidenceTable::ask_again() const noexcept {
  std::optional<Instant> latest;
  for (const EvidenceRow& row : rows) {
    if (row.is_settled()) {
      continue;
    }
    if (row.gap != EvidenceGap::not_fresh || !row.ask_again) {
      return std::nullopt;
    }
    latest = std::max(latest.value_or(*row.ask_again), *row.ask_again);
  }
  return latest;
}

EvidenceTable::Used EvidenceTable::used() const {
  Used used;
  for (const EvidenceRow& row : rows) {
    if (!row.is_settled() || row.exemption == EvidenceExemption::anchor) {
      continue;
    }
    add_once(used.certificates, row.certificate);
    if (row.verdict == EvidenceVerdict::proven && row.object) {
      add_once(row.object->source == RevocationSource::crl ? used.lists : used.responses, row.object->index);
    }
  }
  std::sort(used.lists.begin(), used.lists.end());
  std::sort(used.responses.begin(), used.responses.end());
  return used;
}

Result<EvidenceTable> make_evidence_table(const EvidenceInputs& inputs) { return TableMaker(inputs).run(); }

}  // namespace rakkan::pki
