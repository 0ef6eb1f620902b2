// What a certificate must allow before its key is used for documents or timestamps.
#include <algorithm>
#include <array>
#include <string>

#include "pki/object_identifiers.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {
namespace {

tl::unexpected<Error> unsuitable(std::string why) { return fail(ErrorCode::certificate_unsuitable, std::move(why)); }

bool is_ca(const Certificate& certificate) noexcept {
  return certificate.basic_constraints() && certificate.basic_constraints()->is_ca;
}

bool allows_signatures(const Certificate& certificate) noexcept {
  return certificate.has_key_usage(KeyUsage::digital_signature) ||
         certificate.has_key_usage(KeyUsage::content_commitment);
}

// RFC 5280 §4.2: who meets a critical extension that he does not know refuses the certificate.
Result<void> check_critical_extensions(const Certificate& certificate) {
  if (!certificate.unknown_critical_extensions().empty()) {
    return unsuitable("unknown critical extension " + certificate.unknown_critical_extensions().front().dotted());
  }
  return {};
}

}  // namespace

Result<void> check_timestamping_certificate(const Certificate& certificate) {
  RAKKAN_CHECK(check_critical_extensions(certificate));
  const auto& usage = certificate.extended_key_usage();
  if (!usage || usage->purposes.size() != 1 || usage->purposes.front() != kEkuTimeStamping) {
    return unsuitable("extended key usage is not timeStamping alone");
  }
  if (!usage->critical) {
    return unsuitable("extended key usage is not critical");
  }
  if (is_ca(certificate)) {
    return unsuitable("it is a CA's certificate");
  }
  constexpr std::array kOtherUsages = {KeyUsage::key_encipherment, KeyUsage::data_encipherment, KeyUsage::key_agreement,
                                       KeyUsage::key_cert_sign, KeyUsage::crl_sign};
  const bool others = std::any_of(kOtherUsages.begin(), kOtherUsages.end(),
                                  [&](KeyUsage each) { return certificate.has_key_usage(each); });
  if (certificate.find_extension(kKeyUsage) != nullptr && (others || !allows_signatures(certificate))) {
    return unsuitable("key usage is not for signatures alone");
  }
  return {};
}

Result<void> check_document_signing_certificate(const Certificate& certificate) {
  RAKKAN_CHECK(check_critical_extensions(certificate));
  if (!allows_signatures(certificate)) {
    return unsuitable("key usage allows neither digitalSignature nor contentCommitment");
  }
  if (is_ca(certificate)) {
    return unsuitable("it is a CA's certificate");
  }
  const auto& usage = certificate.extended_key_usage();
  if (!usage) {
    return {};
  }
  const auto& purposes = usage->purposes;
  if (std::find(purposes.begin(), purposes.end(), kEkuTimeStamping) != purposes.end()) {
    return unsuitable("it is a timestamp unit's certificate");
  }
  // RFC 9336 §4 leaves to the relying party which purposes count as signing documents; CAs use private ones, too.
  constexpr std::array kElsewhere = {kEkuServerAuth, kEkuCodeSigning, kEkuOcspSigning};
  const auto elsewhere = [&](const der::Oid& purpose) {
    return std::find(kElsewhere.begin(), kElsewhere.end(), purpose) != kElsewhere.end();
  };
  if (std::all_of(purposes.begin(), purposes.end(), elsewhere)) {
    return unsuitable("extended key usage is for something else than documents");
  }
  return {};
}

Result<void> check_validity(const Certificate& certificate, Instant now) {
  const Validity& validity = certificate.validity();
  if (now < validity.not_before) {
    return fail(ErrorCode::certificate_not_yet_valid, "valid from " + to_rfc3339(validity.not_before));
  }
  if (now > validity.not_after) {
    return fail(ErrorCode::certificate_expired, "valid to " + to_rfc3339(validity.not_after));
  }
  const auto& key_period = certificate.private_key_usage_period();
  if (key_period && key_period->not_before && now < *key_period->not_before) {
    return fail(ErrorCode::certificate_not_yet_valid,
                "its key may be used from " + to_rfc3339(*key_period->not_before));
  }
  if (key_period && key_period->not_after && now > *key_period->not_after) {
    return fail(ErrorCode::certificate_expired, "its key may be used to " + to_rfc3339(*key_period->not_after));
  }
  return {};
}

}  // namespace rakkan::pki
