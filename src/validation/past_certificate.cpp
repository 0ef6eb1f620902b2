#include "validation/past_certificate.hpp"

#include <algorithm>

#include "validation/bbb/xcv.hpp"

namespace rakkan::validation {
namespace {

constexpr const char* kClause = "EN 319 102-1 §5.6.2.1.4";

}  // namespace

SlidResult validate_past_chain(const Case& facts, const Chain& chain, Role role, const PoeSet& poe, StepLog& log) {
  const Id& object = chain.certificates.empty() ? chain.anchor : chain.certificates.front();
  // (2): at whatever time.
  if (auto fault = find_chain_fault(facts, chain, role)) {
    log.concluded(kClause, "pcv", object, *fault);
    return {std::move(*fault), facts.now()};
  }
  // (2): there was a time at which all of them were valid (the shell model).
  Instant from = Instant::min();
  Instant to = Instant::max();
  for (const Id& each : chain.certificates) {
    const CertificateFacts& certificate = *facts.certificate(each);
    from = std::max(from, certificate.not_before);
    to = std::min(to, certificate.not_after);
  }
  if (to < from) {
    Conclusion never = indeterminate(SubIndication::certificate_chain_general_failure,
                                     "the certificates of the chain were never valid together");
    log.concluded(kClause, "pcv", object, never);
    return {std::move(never), facts.now()};
  }
  SlidResult slid = slide_time(facts, chain, role, poe, log);
  log.concluded(kClause, "pcv", object, slid.conclusion);
  return slid;
}

}  // namespace rakkan::validation
