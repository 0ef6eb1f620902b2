// DistributionPoint says where and by whom revocation of a certificate is published: the extensions
// cRLDistributionPoints and freshestCRL of certificates and CRLs (RFC 5280 §4.2.1.13, §4.2.1.15, §5.2.6).
//
//   DistributionPoint ::= SEQUENCE { distributionPoint [0] DistributionPointName OPTIONAL,
//        reasons [1] ReasonFlags OPTIONAL, cRLIssuer [2] GeneralNames OPTIONAL }
//   DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] RelativeDistinguishedName
//   }
//
// The views point into the certificate or CRL that was read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {

// ReasonFlags (RFC 5280 §4.2.1.13): bit n is the named bit n, 1 keyCompromise to 8 aACompromise.
struct ReasonFlags {
  std::uint16_t bits = 0;

  friend bool operator==(const ReasonFlags&, const ReasonFlags&) noexcept = default;
};

struct DistributionPointName {
  std::vector<ByteView> full_name;  // of each GeneralName its complete encoding; empty when the other form is used
  ByteView relative_name;           // content of the RelativeDistinguishedName; empty when the other form is used

  // The URLs of fullName, in their order.
  [[nodiscard]] std::vector<std::string> urls() const;
};

struct DistributionPoint {
  std::optional<DistributionPointName> name;
  std::optional<ReasonFlags> reasons;  // absent: every reason
  std::vector<ByteView> crl_issuer;    // of each GeneralName its complete encoding; empty: the certificate's issuer
};

// The points of cRLDistributionPoints, or none where the certificate does not have it. Fails with
// malformed_certificate.
[[nodiscard]] Result<std::vector<DistributionPoint>> crl_distribution_points(const Certificate& certificate);
// The same for freshestCRL: where delta CRLs are.
[[nodiscard]] Result<std::vector<DistributionPoint>> freshest_crl(const Certificate& certificate);

// authorityInfoAccess (RFC 5280 §4.2.2.1): the URLs of id-ad-ocsp and id-ad-caIssuers, in their order. Access methods
// and forms of name that are others are passed over.
struct AuthorityInformationAccess {
  std::vector<std::string> ocsp;
  std::vector<std::string> ca_issuers;
};
// Both lists are empty where the certificate does not have the extension. Fails with malformed_certificate.
[[nodiscard]] Result<AuthorityInformationAccess> authority_information_access(const Certificate& certificate);

}  // namespace rakkan::pki
