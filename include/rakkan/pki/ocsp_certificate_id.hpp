// OcspCertificateId is a CertID (RFC 6960 §4.1.1): the name by which OCSP speaks of a certificate, made of hashes of
// its issuer's name and key. The views point into the request or response that was read.
//
//   CertID ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, issuerNameHash OCTET STRING, issuerKeyHash OCTET STRING,
//        serialNumber CertificateSerialNumber }
#pragma once

#include <cstdint>
#include <optional>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {

// The hashes of which names are made. SHA-1 is the one that RFC 5019 §2.1.1 demands and all responders know; it proves
// nothing here, since what a response says is signed.
enum class OcspNameHash : std::uint8_t { sha1, sha256, sha384, sha512 };

struct OcspCertificateId {
  std::optional<OcspNameHash> hash;  // nothing: another hash, so that it names no certificate that we could tell
  ByteView issuer_name_hash;
  ByteView issuer_key_hash;
  ByteView serial_number;  // INTEGER content octets
  ByteView encoding;       // complete CertID

  // Fails with malformed_der.
  [[nodiscard]] static Result<OcspCertificateId> parse(der::Reader& reader);

  // True when this is the name of `certificate`, issued by `issuer`. Does not verify that it was.
  [[nodiscard]] bool names(const Certificate& certificate, const Certificate& issuer) const;
};

// Writes the CertID of `certificate`, issued by `issuer`. Fails with malformed_certificate when the issuer's key cannot
// be read.
[[nodiscard]] Result<Bytes> encode_ocsp_certificate_id(const Certificate& certificate, const Certificate& issuer,
                                                       OcspNameHash hash = OcspNameHash::sha1);

}  // namespace rakkan::pki
