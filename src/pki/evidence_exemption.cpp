#include "pki/evidence_exemption.hpp"

#include <algorithm>
#include <array>

#include "pki/object_identifiers.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/pki/distribution_point.hpp"

namespace rakkan::pki {
namespace {

// True for an extension whose value is NULL, as both of the extensions below have it.
bool has_null(const Certificate& certificate, const der::Oid& id) {
  constexpr std::array<Byte, 2> kNull{0x05, 0x00};
  const Extension* extension = certificate.find_extension(id);
  return extension != nullptr && equal(extension->value, kNull);
}

bool names_a_place(const Certificate& certificate) {
  const auto access = authority_information_access(certificate);
  return certificate.find_extension(kCrlDistributionPoints) != nullptr ||
         certificate.find_extension(kFreshestCrl) != nullptr || !access || !access->ocsp.empty();
}

}  // namespace

std::optional<EvidenceExemption> exemption_of(const Certificate& certificate, EvidencePlace place) {
  const auto& constraints = certificate.basic_constraints();
  if (place == EvidencePlace::authority || (constraints && constraints->is_ca)) {
    return std::nullopt;
  }
  if (place == EvidencePlace::responder && certificate.find_extension(kOcspNoCheck) != nullptr) {
    return EvidenceExemption::ocsp_no_check;
  }
  // RFC 9608 §4: a certificate with noRevAvail names no place of revocation data. One that does contradicts itself, and
  // its revocation is asked.
  if (has_null(certificate, kNoRevAvail) && !names_a_place(certificate)) {
    return EvidenceExemption::no_rev_avail;
  }
  if (has_null(certificate, kValidityAssuredShortTerm)) {
    return EvidenceExemption::short_term_assured;
  }
  return std::nullopt;
}

std::optional<Instant> expired_certificates_since(const CertificateList& list) {
  const auto found = std::find_if(list.extensions().begin(), list.extensions().end(),
                                  [](const Extension& each) { return each.id == kExpiredCertsOnCrl; });
  if (found == list.extensions().end()) {
    return std::nullopt;
  }
  der::Reader reader(found->value);
  const auto since = reader.generalized_time(false);
  return since && reader.end() ? std::optional(*since) : std::nullopt;
}

}  // namespace rakkan::pki
