// The signers of CRLs and OCSP responses that are not the issuer of the certificate in question.
#include <algorithm>

#include "pki/evidence_judge.hpp"

namespace rakkan::pki {

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
