#include "rakkan/pki/certificate_profile.hpp"

#include <algorithm>
#include <iterator>

#include "pki/object_identifiers.hpp"

namespace rakkan::pki {
namespace {

constexpr std::array kSignatureUsages = {KeyUsage::digital_signature, KeyUsage::content_commitment};
constexpr std::array kAuthorityUsages = {KeyUsage::key_cert_sign, KeyUsage::crl_sign};
constexpr std::array kOtherUsages = {KeyUsage::key_encipherment, KeyUsage::data_encipherment, KeyUsage::key_agreement};
// Purposes that do not count as signing documents. RFC 9336 §4 leaves to the relying party which purposes do; CAs use
// private ones, too.
constexpr std::array kPurposesElsewhere = {kEkuServerAuth, kEkuCodeSigning, kEkuOcspSigning};

template <class Usages>
bool allows_any(const Certificate& certificate, const Usages& usages) {
  return std::any_of(usages.begin(), usages.end(), [&](KeyUsage each) { return certificate.has_key_usage(each); });
}

// Findings collects the flaws of one certificate.
class Findings {
 public:
  explicit Findings(const Certificate& certificate) : certificate_(certificate) {}

  void add(CertificateFlaw flaw, std::string detail) {
    found_.push_back({flaw, std::move(detail), certificate_.subject().text()});
  }
  [[nodiscard]] CertificateFindings take() && { return std::move(found_); }

 private:
  const Certificate& certificate_;
  CertificateFindings found_;
};

void check_extensions(const Certificate& certificate, Findings& findings) {
  // RFC 5280 §4.1.2.1: only version 3 has extensions, and with them statements about the use of a certificate.
  if (certificate.version() != 3) {
    findings.add(CertificateFlaw::version, "it is of version " + std::to_string(certificate.version()) + ", not 3");
  }
  for (const der::Oid& unknown : certificate.unknown_critical_extensions()) {
    findings.add(CertificateFlaw::critical_extension, "unknown critical extension " + unknown.dotted());
  }
}

void check_key_usage(const Certificate& certificate, const CertificateProfile& profile, Findings& findings) {
  const bool present = certificate.find_extension(kKeyUsage) != nullptr;
  const auto& constraints = certificate.basic_constraints();
  if ((constraints && constraints->is_ca) || (present && allows_any(certificate, kAuthorityUsages))) {
    findings.add(CertificateFlaw::authority, "it is a CA's certificate");
  }
  if (!present) {
    if (profile.key_usage_required) {
      findings.add(CertificateFlaw::key_usage, "it has no keyUsage");
    }
    return;
  }
  if (!allows_any(certificate, kSignatureUsages)) {
    findings.add(CertificateFlaw::key_usage, "keyUsage allows neither digitalSignature nor contentCommitment");
  }
  if (profile.key_usage_for_signatures_only && allows_any(certificate, kOtherUsages)) {
    findings.add(CertificateFlaw::key_usage, "keyUsage is not for signatures alone");
  }
}

void check_document_purposes(const std::optional<ExtendedKeyUsage>& usage, Findings& findings) {
  if (!usage) {
    return;
  }
  const auto& purposes = usage->purposes;
  if (std::find(purposes.begin(), purposes.end(), kEkuTimeStamping) != purposes.end()) {
    findings.add(CertificateFlaw::extended_key_usage, "it is a time-stamping unit's certificate");
    return;
  }
  const auto elsewhere = [](const der::Oid& purpose) {
    return std::find(kPurposesElsewhere.begin(), kPurposesElsewhere.end(), purpose) != kPurposesElsewhere.end();
  };
  if (std::all_of(purposes.begin(), purposes.end(), elsewhere)) {
    findings.add(CertificateFlaw::extended_key_usage, "extendedKeyUsage is for something else than documents");
  }
}

// RFC 3161 §2.3: "MUST contain only one instance of the extended key usage field extension […] with KeyPurposeID having
// value: id-kp-timeStamping. This extension MUST be critical."
void check_timestamp_purposes(const std::optional<ExtendedKeyUsage>& usage, Findings& findings) {
  if (!usage || usage->purposes.size() != 1 || usage->purposes.front() != kEkuTimeStamping) {
    findings.add(CertificateFlaw::extended_key_usage, "extendedKeyUsage is not timeStamping alone");
  } else if (!usage->critical) {
    findings.add(CertificateFlaw::extended_key_usage, "extendedKeyUsage is not critical");
  }
}

void check_purposes(const Certificate& certificate, const CertificateProfile& profile, Findings& findings) {
  switch (profile.purpose) {
    case CertificateProfile::Purpose::documents:
      check_document_purposes(certificate.extended_key_usage(), findings);
      return;
    case CertificateProfile::Purpose::timestamps:
      check_timestamp_purposes(certificate.extended_key_usage(), findings);
      return;
  }
}

void check_key(const Certificate& certificate, const CertificateProfile& profile, Findings& findings) {
  const auto key = certificate.public_key();
  if (!key) {
    findings.add(CertificateFlaw::key, "its key cannot be used: " + key.error().detail);
  } else if (!allows(profile, key->kind())) {
    findings.add(CertificateFlaw::key, "a key of kind " + std::string(crypto::name(key->kind())) + " is none for " +
                                           std::string(profile.holder));
  }
}

}  // namespace

ErrorCode code_of(CertificateFlaw flaw) noexcept {
  switch (flaw) {
    case CertificateFlaw::version:
    case CertificateFlaw::authority:
    case CertificateFlaw::critical_extension:
    case CertificateFlaw::key_usage:
    case CertificateFlaw::extended_key_usage:
    case CertificateFlaw::key:
    case CertificateFlaw::chain:
      return ErrorCode::certificate_unsuitable;
    case CertificateFlaw::not_yet_valid:
      return ErrorCode::certificate_not_yet_valid;
    case CertificateFlaw::expired:
      return ErrorCode::certificate_expired;
    case CertificateFlaw::chain_incomplete:
      return ErrorCode::certificate_chain_incomplete;
  }
  return ErrorCode::internal;
}

Result<void> refuse_on(const CertificateFindings& findings) {
  if (findings.empty()) {
    return {};
  }
  const auto error_of = [](const CertificateFinding& finding) {
    return Error{code_of(finding.flaw), finding.detail, "certificate " + finding.subject, std::nullopt, {}};
  };
  Error error = error_of(findings.front());
  std::transform(std::next(findings.begin()), findings.end(), std::back_inserter(error.causes), error_of);
  return fail(std::move(error));
}

CertificateFindings check_certificate(const Certificate& certificate, const CertificateProfile& profile) {
  Findings findings(certificate);
  check_extensions(certificate, findings);
  check_key_usage(certificate, profile, findings);
  check_purposes(certificate, profile, findings);
  check_key(certificate, profile, findings);
  return std::move(findings).take();
}

Result<void> require_profile(const Certificate& certificate, const CertificateProfile& profile) {
  return refuse_on(check_certificate(certificate, profile));
}

bool allows(const CertificateProfile& profile, crypto::KeyKind kind) noexcept {
  return std::find(profile.keys.begin(), profile.keys.end(), kind) != profile.keys.end();
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

std::optional<CertificateFinding> find_validity_flaw(const Certificate& certificate, Instant now) {
  const auto valid = check_validity(certificate, now);
  if (valid) {
    return std::nullopt;
  }
  const bool expired = valid.error().code == ErrorCode::certificate_expired;
  return CertificateFinding{expired ? CertificateFlaw::expired : CertificateFlaw::not_yet_valid, valid.error().detail,
                            certificate.subject().text()};
}

CertificateFindings check_chain(const Certificate& leaf, const CertificateChain& chain,
                                const std::vector<Certificate>& roots, Instant now) {
  CertificateFindings found;
  const auto is_configured = [&](const Certificate& certificate) {
    return std::find(roots.begin(), roots.end(), certificate) != roots.end();
  };
  if (!chain.root) {
    const Certificate& last = chain.issuers.empty() ? leaf : chain.issuers.back();
    found.push_back({CertificateFlaw::chain_incomplete,
                     "the chain ends without a root: no certificate of its issuer " + last.issuer().text() +
                         " is given or configured",
                     last.subject().text()});
  } else if (*chain.root == leaf) {
    if (!is_configured(leaf)) {
      found.push_back({CertificateFlaw::chain_incomplete, "it is signed by its own key alone: nobody vouches for it",
                       leaf.subject().text()});
    }
    return found;
  }
  std::vector<Certificate> above = chain.issuers;
  if (chain.root) {
    above.push_back(*chain.root);
  }
  std::uint64_t cas_below = 0;  // the number of CAs below that are not self-issued (RFC 5280 §4.2.1.9)
  for (const Certificate& issuer : above) {
    Findings findings(issuer);
    for (const der::Oid& unknown : issuer.unknown_critical_extensions()) {
      findings.add(CertificateFlaw::chain, "the issuer has an unknown critical extension " + unknown.dotted());
    }
    const auto& constraints = issuer.basic_constraints();
    if (constraints && constraints->path_length && *constraints->path_length < cas_below) {
      findings.add(CertificateFlaw::chain, "more CAs are below the issuer than its pathLenConstraint allows");
    }
    cas_below += issuer.is_self_issued() ? 0 : 1;
    for (CertificateFinding& finding : std::move(findings).take()) {
      found.push_back(std::move(finding));
    }
    if (auto flaw = chain.root && issuer == *chain.root ? std::nullopt : find_validity_flaw(issuer, now)) {
      flaw->detail = "an issuer of it is " + flaw->detail;
      found.push_back(*std::move(flaw));
    }
  }
  return found;
}

}  // namespace rakkan::pki
