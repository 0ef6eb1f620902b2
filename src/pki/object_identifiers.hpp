// Identifiers of the extensions of certificates, CRLs (RFC 5280 §4.2, §5.2, §5.3) and OCSP (RFC 6960 §4.4), and of
// values in them.
#pragma once

#include "rakkan/der/oid.hpp"

namespace rakkan::pki {

inline constexpr der::Oid kSubjectKeyIdentifier{2, 5, 29, 14};
inline constexpr der::Oid kKeyUsage{2, 5, 29, 15};
inline constexpr der::Oid kPrivateKeyUsagePeriod{2, 5, 29, 16};  // RFC 3280 §4.2.1.4
inline constexpr der::Oid kSubjectAltName{2, 5, 29, 17};
inline constexpr der::Oid kIssuerAltName{2, 5, 29, 18};
inline constexpr der::Oid kBasicConstraints{2, 5, 29, 19};
inline constexpr der::Oid kCrlNumber{2, 5, 29, 20};
inline constexpr der::Oid kReasonCode{2, 5, 29, 21};
inline constexpr der::Oid kInvalidityDate{2, 5, 29, 24};
inline constexpr der::Oid kDeltaCrlIndicator{2, 5, 29, 27};
inline constexpr der::Oid kIssuingDistributionPoint{2, 5, 29, 28};
inline constexpr der::Oid kCertificateIssuer{2, 5, 29, 29};
inline constexpr der::Oid kNameConstraints{2, 5, 29, 30};
inline constexpr der::Oid kCrlDistributionPoints{2, 5, 29, 31};
inline constexpr der::Oid kCertificatePolicies{2, 5, 29, 32};
inline constexpr der::Oid kPolicyMappings{2, 5, 29, 33};
inline constexpr der::Oid kAuthorityKeyIdentifier{2, 5, 29, 35};
inline constexpr der::Oid kPolicyConstraints{2, 5, 29, 36};
inline constexpr der::Oid kExtendedKeyUsage{2, 5, 29, 37};
inline constexpr der::Oid kFreshestCrl{2, 5, 29, 46};
inline constexpr der::Oid kInhibitAnyPolicy{2, 5, 29, 54};
inline constexpr der::Oid kNoRevAvail{2, 5, 29, 56};         // RFC 9608 §2
inline constexpr der::Oid kExpiredCertsOnCrl{2, 5, 29, 60};  // X.509 §9.5.2.8
inline constexpr der::Oid kAuthorityInfoAccess{1, 3, 6, 1, 5, 5, 7, 1, 1};
inline constexpr der::Oid kSubjectInfoAccess{1, 3, 6, 1, 5, 5, 7, 1, 11};
inline constexpr der::Oid kOcspNoCheck{1, 3, 6, 1, 5, 5, 7, 48, 1, 5};  // RFC 6960 §4.2.2.2.1
inline constexpr der::Oid kAccessMethodOcsp{1, 3, 6, 1, 5, 5, 7, 48, 1};
inline constexpr der::Oid kAccessMethodCaIssuers{1, 3, 6, 1, 5, 5, 7, 48, 2};
inline constexpr der::Oid kOcspBasic{1, 3, 6, 1, 5, 5, 7, 48, 1, 1};
inline constexpr der::Oid kOcspNonce{1, 3, 6, 1, 5, 5, 7, 48, 1, 2};
inline constexpr der::Oid kOcspCrlReference{1, 3, 6, 1, 5, 5, 7, 48, 1, 3};
inline constexpr der::Oid kOcspArchiveCutoff{1, 3, 6, 1, 5, 5, 7, 48, 1, 6};
inline constexpr der::Oid kOcspExtendedRevoke{1, 3, 6, 1, 5, 5, 7, 48, 1, 9};
inline constexpr der::Oid kValidityAssuredShortTerm{0, 4, 0, 194121, 2, 1};  // EN 319 412-1 §5.2.2
inline constexpr der::Oid kCertHash{1, 3, 36, 8, 3, 13};                     // Common PKI (ISIS-MTT) part 4, table 11
inline constexpr der::Oid kSha1{1, 3, 14, 3, 2, 26};

}  // namespace rakkan::pki
