#include "validation/level.hpp"

#include <algorithm>

namespace rakkan::validation {
namespace {

bool is_in_file(const Evidence& evidence) { return evidence.data->source < Source::given; }

// Acceptable evidence about a certificate of the chain, from the file itself.
std::vector<const RevocationFacts*> evidence_in_file(const Case& facts, const Place& place) {
  std::vector<const RevocationFacts*> found;
  for (const Evidence& each : facts.evidence_about(place.chain->certificates.at(place.index))) {
    if (is_in_file(each) && acceptance_of(facts, place, each).is_acceptable) {
      found.push_back(each.data);
    }
  }
  return found;
}

// For every certificate below the anchor that needs any, evidence in the file for which `holds`.
template <class Holds>
bool every_certificate(const Case& facts, const Chain& chain, Role role, const Holds& holds) {
  for (std::size_t index = 0; index < chain.certificates.size(); ++index) {
    const CertificateFacts& certificate = *facts.certificate(chain.certificates[index]);
    if (is_exempt(certificate, role)) {
      continue;
    }
    const auto found = evidence_in_file(facts, {&chain, index});
    if (!std::any_of(found.begin(), found.end(), [&](const RevocationFacts* each) { return holds(*each); })) {
      return false;
    }
  }
  return true;
}

bool covers(const TimestampFacts& timestamp, const Id& object) {
  return std::find(timestamp.covers.begin(), timestamp.covers.end(), object) != timestamp.covers.end();
}

}  // namespace

Level level_of(const Case& facts, const SignatureFacts& signature, const BasicResult& basic,
               const std::vector<const TimestampResult*>& timestamps) {
  const bool is_pades =
      signature.pdf.coverage == Coverage::not_pdf || signature.pdf.sub_filter == "ETSI.CAdES.detached";
  if (!basic.crypto.is_passed() || !is_pades || signature.signer.reference != CertificateReference::match) {
    return Level::none;
  }
  std::vector<const TimestampResult*> proving;
  for (const TimestampResult* each : timestamps) {
    if (each->facts->kind != TimestampKind::content && each->conclusion.is_passed()) {
      proving.push_back(each);
    }
  }
  if (proving.empty()) {
    return Level::b_b;
  }
  const auto has_any = [](const RevocationFacts&) { return true; };
  const Chain* chain = basic.x509.chain;
  const bool has_evidence = chain != nullptr && every_certificate(facts, *chain, Role::signer, has_any) &&
                            std::any_of(proving.begin(), proving.end(), [&](const TimestampResult* each) {
                              return each->basic.x509.chain != nullptr &&
                                     every_certificate(facts, *each->basic.x509.chain, Role::timestamp, has_any);
                            });
  if (!has_evidence) {
    return Level::b_t;
  }
  const bool is_archived = std::any_of(proving.begin(), proving.end(), [&](const TimestampResult* each) {
    const bool is_archive = each->facts->kind == TimestampKind::document || each->facts->kind == TimestampKind::archive;
    return is_archive && every_certificate(facts, *chain, Role::signer,
                                           [&](const RevocationFacts& data) { return covers(*each->facts, data.id); });
  });
  return is_archived ? Level::b_lta : Level::b_lt;
}

}  // namespace rakkan::validation
