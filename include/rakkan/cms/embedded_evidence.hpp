// The evidence that a CMS message carries itself: revocation data, and further certificates, put there by the signer,
// by a timestamp authority, or by whoever raised the signature.
//
//   signed attribute adbe-revocationInfoArchival (ISO 32000-2 §12.8.3.3.2)
//     RevocationInfoArchival ::= SEQUENCE { crl [0] EXPLICIT SEQUENCE OF CertificateList OPTIONAL,
//          ocsp [1] EXPLICIT SEQUENCE OF OCSPResponse OPTIONAL, otherRevInfo [2] EXPLICIT … OPTIONAL }
//   SignedData.crls (RFC 5652 §10.2.1)
//     RevocationInfoChoices ::= SET OF CHOICE { crl CertificateList, other [1] IMPLICIT SEQUENCE {
//          otherRevInfoFormat OBJECT IDENTIFIER, otherRevInfo ANY DEFINED BY otherRevInfoFormat } }
//     with id-ri-ocsp-response: an OCSPResponse (RFC 5940 §2)
//   unsigned attributes certificate-values and revocation-values (RFC 5126 §6.3.3, §6.3.4)
//     CertificateValues ::= SEQUENCE OF Certificate
//     RevocationValues ::= SEQUENCE { crlVals [0] EXPLICIT SEQUENCE OF CertificateList OPTIONAL,
//          ocspVals [1] EXPLICIT SEQUENCE OF BasicOCSPResponse OPTIONAL, otherRevVals [2] EXPLICIT … OPTIONAL }
//
// Objects that cannot be read, and revocation data of other formats, are noted in the material, and the rest is taken:
// no signature is worse for the data beside it. Of one message at most kMostEmbedded objects are looked at.
#pragma once

#include <cstddef>
#include <string_view>

#include "rakkan/cms/message.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/pki/evidence_material.hpp"

namespace rakkan::cms {

inline constexpr der::Oid kAdbeRevocationInfoArchival{1, 2, 840, 113583, 1, 1, 8};
inline constexpr der::Oid kIdAaEtsCertValues{1, 2, 840, 113549, 1, 9, 16, 2, 23};
inline constexpr der::Oid kIdAaEtsRevocationValues{1, 2, 840, 113549, 1, 9, 16, 2, 24};
inline constexpr der::Oid kIdRiOcspResponse{1, 3, 6, 1, 5, 5, 7, 16, 2};

inline constexpr std::size_t kMostEmbedded = 1024;

// The evidence in signed attributes: it is as old as the signature value. `place` names the message for what cannot be
// read: "signature Signature1".
[[nodiscard]] pki::EvidenceMaterial signed_evidence(const SignedData& data, const pki::Provenance& from,
                                                    std::string_view place);
// The evidence that no signature of the message covers, and that anybody may have added: SignedData.crls and unsigned
// attributes, also those of Adobe's type, which programs write there for the certificates of timestamp tokens.
[[nodiscard]] pki::EvidenceMaterial unsigned_evidence(const SignedData& data, const pki::Provenance& from,
                                                      std::string_view place);
// Both, of a message all of which is equally old.
[[nodiscard]] pki::EvidenceMaterial embedded_evidence(const SignedData& data, const pki::Provenance& from,
                                                      std::string_view place);

// The same of a message that was read for validation.
[[nodiscard]] pki::EvidenceMaterial signed_evidence(const Message& message, const pki::Provenance& from,
                                                    std::string_view place);
[[nodiscard]] pki::EvidenceMaterial unsigned_evidence(const Message& message, const pki::Provenance& from,
                                                      std::string_view place);
[[nodiscard]] pki::EvidenceMaterial embedded_evidence(const Message& message, const pki::Provenance& from,
                                                      std::string_view place);

}  // namespace rakkan::cms
