#include "rakkan/validation/decide.hpp"

#include <algorithm>

#include "validation/archival.hpp"
#include "validation/case.hpp"
#include "validation/findings.hpp"
#include "validation/poe_extraction.hpp"

namespace rakkan::validation {
namespace {

// The accreditation that holds at `time` along a chain: of the certificate nearest to the signer, else of the anchor.
std::optional<AccreditationFacts> accreditation_of(const Case& facts, const Chain& chain, Instant time) {
  const auto holds = [&](const std::optional<AccreditationFacts>& each) {
    return each && (!each->from || *each->from <= time) && (!each->to || time <= *each->to);
  };
  for (const Id& each : chain.certificates) {
    const CertificateFacts& certificate = *facts.certificate(each);
    if (holds(certificate.accreditation)) {
      return certificate.accreditation;
    }
  }
  const Anchor& anchor = *facts.anchor(chain.anchor);
  return holds(anchor.accreditation) ? anchor.accreditation : std::nullopt;
}

TimestampVerdict verdict_of(const Case& facts, const TimestampResult& result, StepLog& log) {
  TimestampVerdict verdict;
  verdict.id = result.facts->id;
  verdict.kind = result.facts->kind;
  verdict.indication = result.conclusion.indication;
  verdict.sub_indication = result.conclusion.sub_indication;
  verdict.gen_time = result.facts->gen_time;
  verdict.signing_certificate = result.facts->signer.certificate;
  if (result.basic.x509.chain != nullptr) {
    verdict.accreditation = accreditation_of(facts, *result.basic.x509.chain, result.facts->gen_time);
  }
  verdict.steps = std::move(log.steps());
  verdict.findings = std::move(log.findings());
  return verdict;
}

// The worse takes the place.
void worsen(Verdict& verdict, Indication indication, const std::optional<SubIndication>& sub) {
  if (!verdict.indication || static_cast<int>(indication) > static_cast<int>(*verdict.indication)) {
    verdict.indication = indication;
    verdict.sub_indication = sub;
  }
}

}  // namespace

Verdict decide(const Facts& facts, const Policy& policy, Instant time) {
  const Case input(facts, policy, time);
  Verdict verdict;
  verdict.time = time;
  verdict.policy = policy.name;
  StepLog log;
  Proofs proofs = collect_proofs(input);
  for (const SignatureFacts& each : facts.signatures) {
    verdict.signatures.push_back(validate_signature(input, each, proofs));
    worsen(verdict, verdict.signatures.back().indication, verdict.signatures.back().sub_indication);
  }
  for (std::size_t index = 0; index < proofs.timestamps.size(); ++index) {
    verdict.timestamps.push_back(verdict_of(input, proofs.timestamps[index], proofs.logs[index]));
  }
  if (facts.signatures.empty()) {
    verdict.is_timestamp_alone = facts.document.format != "PDF" && !verdict.timestamps.empty();
    for (const TimestampVerdict& each : verdict.timestamps) {
      if (verdict.is_timestamp_alone) {
        worsen(verdict, each.indication, each.sub_indication);
      }
    }
    if (!verdict.is_timestamp_alone) {
      log.find(finding_of("no-signature", Severity::information));
    }
  }
  for (const StructureFinding& each : facts.document.findings) {
    const Weight weight = policy.structure_weight(each.code);
    add_finding(log, weight, each, {});
    if (weight == Weight::fail && verdict.indication) {
      worsen(verdict, Indication::failed, SubIndication::format_failure);
    }
    if (weight == Weight::indeterminate && verdict.indication) {
      worsen(verdict, Indication::indeterminate, SubIndication::sig_constraints_failure);
    }
  }
  for (const Id& each : input.from_later()) {
    log.find(finding_of("evidence-from-later", Severity::information, each));
  }
  verdict.findings = std::move(log.findings());
  return verdict;
}

}  // namespace rakkan::validation
