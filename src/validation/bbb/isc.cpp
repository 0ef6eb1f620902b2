#include "validation/bbb/isc.hpp"

#include "validation/findings.hpp"

namespace rakkan::validation {
namespace {

constexpr const char* kClause = "EN 319 102-1 §5.2.3.4";

struct ReferenceFault {
  const char* code;
  Weight weight;
};

std::optional<ReferenceFault> fault_of(const Policy& policy, CertificateReference reference, Weight absent) {
  switch (reference) {
    case CertificateReference::match:
      return std::nullopt;
    case CertificateReference::mismatch:
      return ReferenceFault{"signing-certificate-reference-mismatch", policy.reference_mismatch};
    case CertificateReference::ambiguous:
      return ReferenceFault{"signing-certificate-reference-ambiguous", policy.reference_ambiguous};
    case CertificateReference::absent:
      break;
  }
  return ReferenceFault{"signing-certificate-reference-absent", absent};
}

}  // namespace

Conclusion identify_signer(const Case& facts, const Id& object, const SignerFacts& signer, Weight reference_absent,
                           StepLog& log) {
  Conclusion result;
  if (!signer.certificate || facts.certificate(*signer.certificate) == nullptr) {
    result = indeterminate(SubIndication::no_signing_certificate_found, "the signing certificate is not there");
  } else if (const auto fault = fault_of(facts.policy(), signer.reference, reference_absent)) {
    add_finding(log, fault->weight, {fault->code, kClause, {}, std::nullopt, {}}, object);
    if (fault->weight == Weight::fail || fault->weight == Weight::indeterminate) {
      result = indeterminate(SubIndication::no_signing_certificate_found, fault->code);
    }
  }
  log.concluded(kClause, "isc", object, result);
  return result;
}

}  // namespace rakkan::validation
