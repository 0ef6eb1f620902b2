#include "gather/certificate_facts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "gather/algorithm_facts.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/pki/distribution_point.hpp"

namespace rakkan::gather {
namespace {

constexpr der::Oid kNoRevAvail{2, 5, 29, 56};                         // RFC 9608
constexpr der::Oid kValidityAssuredShortTerm{0, 4, 0, 194121, 2, 1};  // EN 319 412-1 §5.2.2
constexpr der::Oid kOcspNoCheck{1, 3, 6, 1, 5, 5, 7, 48, 1, 5};       // RFC 6960 §4.2.2.2.1
constexpr der::Oid kCrlDistributionPoints{2, 5, 29, 31};              // RFC 5280 §4.2.1.13
constexpr der::Oid kFreshestCrl{2, 5, 29, 46};                        // RFC 5280 §4.2.1.15
constexpr der::Oid kKeyUsage{2, 5, 29, 15};                           // RFC 5280 §4.2.1.3

constexpr std::array kKeyUsageNames{
    std::pair{pki::KeyUsage::digital_signature, "digitalSignature"},
    std::pair{pki::KeyUsage::content_commitment, "nonRepudiation"},
    std::pair{pki::KeyUsage::key_encipherment, "keyEncipherment"},
    std::pair{pki::KeyUsage::data_encipherment, "dataEncipherment"},
    std::pair{pki::KeyUsage::key_agreement, "keyAgreement"},
    std::pair{pki::KeyUsage::key_cert_sign, "keyCertSign"},
    std::pair{pki::KeyUsage::crl_sign, "cRLSign"},
    std::pair{pki::KeyUsage::encipher_only, "encipherOnly"},
    std::pair{pki::KeyUsage::decipher_only, "decipherOnly"},
};

bool has_null(const pki::Certificate& certificate, const der::Oid& id) {
  constexpr std::array<Byte, 2> kNull{0x05, 0x00};
  const pki::Extension* const extension = certificate.find_extension(id);
  return extension != nullptr && equal(extension->value, kNull);
}

// RFC 9608 §4: a certificate with noRevAvail is no CA's and names no place of revocation data; one that does
// contradicts itself.
bool has_no_rev_avail(const pki::Certificate& certificate, bool is_ca) {
  const auto access = pki::authority_information_access(certificate);
  return has_null(certificate, kNoRevAvail) && !is_ca &&
         certificate.find_extension(kCrlDistributionPoints) == nullptr &&
         certificate.find_extension(kFreshestCrl) == nullptr && access && access->ocsp.empty();
}

std::optional<std::vector<std::string>> key_usage_of(const pki::Certificate& certificate) {
  if (certificate.find_extension(kKeyUsage) == nullptr) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const auto& [usage, name] : kKeyUsageNames) {
    if (certificate.has_key_usage(usage)) {
      names.emplace_back(name);
    }
  }
  return names;
}

std::optional<std::vector<std::string>> purposes_of(const pki::Certificate& certificate) {
  const auto& extension = certificate.extended_key_usage();
  if (!extension) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const der::Oid& purpose : extension->purposes) {
    names.push_back(purpose.dotted());
  }
  return names;
}

validation::AccreditationFacts accreditation_facts(const pki::Accreditation& accreditation) {
  return {accreditation.number, accreditation.from, accreditation.to};
}

bool is_self_signed(const pki::Certificate& certificate, pki::SignatureChecks& signatures) {
  const auto& key = certificate.verification_key();
  return certificate.is_self_issued() && key && signatures.verify(*key, certificate).has_value();
}

}  // namespace

validation::CertificateFacts certificate_facts(const pki::Certificate& certificate, const pki::Certificate* issuer,
                                               const pki::TrustStore& trust, pki::SignatureChecks& signatures) {
  validation::CertificateFacts facts;
  facts.id = id_of(certificate);
  facts.subject = certificate.subject().text();
  facts.issuer = certificate.issuer().text();
  facts.serial_number = to_hex(certificate.serial_number());
  facts.not_before = certificate.validity().not_before;
  facts.not_after = certificate.validity().not_after;
  facts.key = key_facts(certificate);
  facts.key_id = id_of(certificate.spki());
  facts.is_self_signed = is_self_signed(certificate, signatures);
  facts.signature = algorithm_facts(certificate.signature_algorithm(), facts.is_self_signed ? &certificate : issuer);
  facts.is_ca = certificate.basic_constraints() && certificate.basic_constraints()->is_ca;
  facts.key_usage = key_usage_of(certificate);
  facts.extended_key_usage = purposes_of(certificate);
  facts.has_ocsp_no_check = certificate.find_extension(kOcspNoCheck) != nullptr;
  facts.has_no_rev_avail = has_no_rev_avail(certificate, facts.is_ca);
  facts.has_validity_assured_short_term = !facts.is_ca && has_null(certificate, kValidityAssuredShortTerm);
  const auto mark = std::find_if(trust.marks().begin(), trust.marks().end(),
                                 [&](const pki::CertificateMark& each) { return each.certificate == certificate; });
  if (mark != trust.marks().end()) {
    facts.is_operator = mark->is_operator;
    if (mark->accreditation) {
      facts.accreditation = accreditation_facts(*mark->accreditation);
    }
  }
  return facts;
}

validation::Anchor anchor_facts(const pki::TrustAnchor& anchor) {
  validation::Anchor facts;
  facts.id = id_of(anchor.certificate);
  facts.label = anchor.label;
  facts.purposes = {anchor.purposes.signing, anchor.purposes.timestamping, anchor.purposes.revocation};
  facts.from = anchor.from;
  facts.sunset = anchor.sunset;
  if (anchor.accreditation) {
    facts.accreditation = accreditation_facts(*anchor.accreditation);
  }
  facts.is_operator = anchor.is_operator;
  return facts;
}

validation::Chain chain_facts(const pki::JudgedPath& path) {
  validation::Chain chain;
  const auto& certificates = path.path.certificates;
  for (auto each = certificates.rbegin(); each != certificates.rend(); ++each) {
    chain.certificates.push_back(id_of(*each));
  }
  chain.anchor = id_of(path.path.anchor.certificate);
  for (const pki::PathFinding& finding : path.verdict.findings) {
    const bool has_certificate = finding.index < certificates.size();
    chain.findings.push_back({std::string(to_string(finding.refusal)), std::string(clause_of(finding.refusal)),
                              has_certificate ? id_of(certificates[finding.index]) : chain.anchor, finding.detail});
  }
  return chain;
}

pki::PathInputs timeless_inputs() {
  pki::PathInputs inputs;
  inputs.at = [](const pki::Certificate& certificate) { return certificate.validity().not_before; };
  return inputs;
}

}  // namespace rakkan::gather
