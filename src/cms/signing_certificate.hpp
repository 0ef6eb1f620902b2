// signingCertificateV2 (RFC 5035 §3, RFC 5816 §2.2.1): the signed attribute that names the signer's certificate, so
// that a certificate put beside or in place of it is noticed.
//
//   SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2,
//                                       policies SEQUENCE OF PolicyInformation OPTIONAL }
//   ESSCertIDv2 ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier DEFAULT {id-sha256}, certHash OCTET STRING,
//                              issuerSerial IssuerSerial OPTIONAL }
//   IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber INTEGER }
#pragma once

#include <cstdint>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/cms/signer_facts.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/der/writer.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::cms {

// Writes the attribute value for one certificate: SHA-256, hence hashAlgorithm omitted (X.690 §11.5), with
// issuerSerial.
void write_signing_certificate_v2(der::Writer& writer, const pki::Certificate& signer);

// The first ESSCertIDv2, which names the signer's certificate (RFC 5035 §3: "The first certificate identified in the
// sequence of certificate identifiers MUST be the certificate used to verify the signature").
struct EssCertIdV2 {
  crypto::DigestAlgorithm hash_algorithm = crypto::DigestAlgorithm::sha256;
  ByteView hash;
  bool has_issuer_serial = false;
  ByteView issuer;         // Name, complete encoding
  ByteView serial_number;  // INTEGER content octets

  [[nodiscard]] bool names(const pki::Certificate& certificate) const;
};

// Reads an attribute value; the result's views point into it. An explicit hashAlgorithm SHA-256 is accepted: many
// implementations write the default. Fails with malformed_cms, or unsupported_algorithm for other hashes than ours.
[[nodiscard]] Result<EssCertIdV2> parse_signing_certificate_v2(ByteView value);

// How much a reader demands.
enum class EssReading : std::uint8_t {
  strict,  // the first identifier alone: a hash of crypto::DigestAlgorithm; issuerSerial has one directoryName. Further
           // identifiers name other certificates of the path, and policies do not concern the signer's certificate:
           // both are read for their shape only
  lenient,        // all identifiers, any hash, any names
  lenient_first,  // the first one of them, and the others for their shape
};

// Reads the identifiers of a value of either attribute; those of signingCertificate (RFC 2634 §5.4) are by SHA-1. Fails
// with malformed_der; the strict reading with unsupported_algorithm, too.
//
//   SigningCertificate ::= SEQUENCE { certs SEQUENCE OF ESSCertID, policies SEQUENCE OF PolicyInformation OPTIONAL }
//   ESSCertID ::= SEQUENCE { certHash OCTET STRING, issuerSerial IssuerSerial OPTIONAL }
[[nodiscard]] Result<std::vector<EssCertificateId>> read_ess_ids(ByteView value, EssVersion version,
                                                                 EssReading reading);

// True when `name` is the certificate's issuer. Names are compared as text where their encodings differ: some
// authorities write a name in PrintableString in their certificates and in UTF8String elsewhere (RFC 5280 §7.1). The
// binding is by the hash, not by the name.
[[nodiscard]] bool is_issuer_of(ByteView name, const pki::Certificate& certificate);

// Compares INTEGER content octets, also those of others that are not minimal.
[[nodiscard]] bool same_serial_number(ByteView a, ByteView b) noexcept;

}  // namespace rakkan::cms
