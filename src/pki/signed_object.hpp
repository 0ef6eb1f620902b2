// The common structure of certificates, CRLs, certification requests and OCSP responses: a part to be signed, the
// algorithm, the signature (RFC 5280 §4.1.1).
//
//   SEQUENCE { toBeSigned, signatureAlgorithm AlgorithmIdentifier, signatureValue BIT STRING }
#pragma once

#include <functional>
#include <initializer_list>

#include "rakkan/crypto/signer.hpp"
#include "rakkan/der/writer.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::pki {

// Signs `to_be_signed` and encodes that structure. The signature is verified with the signer's own public key before it
// is returned. `more` is written behind it: complete elements of the same SEQUENCE, which are not signed. Fails with
// unsupported_algorithm, self_check_failed, or with the signer's errors.
[[nodiscard]] Result<Bytes> sign_object(ByteView to_be_signed, const crypto::AlgorithmSuite& suite,
                                        crypto::Signer& signer, ByteView more = {});

// Verifies the signature by the key of `signer`. Fails with signature_invalid, unsupported_algorithm, or
// malformed_certificate when the key is no key.
[[nodiscard]] Result<void> verify_object(ByteView to_be_signed, ByteView signature_algorithm, ByteView signature,
                                         const Certificate& signer);

// Writes one Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue OCTET STRING } whose value `body`
// writes.
template <class Body>
void write_extension(der::Writer& writer, const der::Oid& id, bool critical, Body&& body) {
  writer.sequence([&] {
    writer.oid(id);
    if (critical) {
      writer.boolean(true);
    }
    writer.constructed(der::Tag::octet_string, std::forward<Body>(body));
  });
}

void write_other_extensions(der::Writer& writer, const std::vector<ExtensionTemplate>& extensions);

// Writes an AuthorityKeyIdentifier with the keyIdentifier alone (RFC 5280 §4.2.1.1).
void write_authority_key_identifier(der::Writer& writer, ByteView key_identifier);

// Writes a DistributionPointName tagged [0] EXPLICIT whose fullName is one URL (RFC 5280 §4.2.1.13).
void write_distribution_point_name(der::Writer& writer, std::string_view url);

// Checks that a URL can be written as IA5String. Fails with invalid_argument.
[[nodiscard]] Result<void> check_url(std::string_view url);

// Checks a serial number by RFC 5280 §4.1.2.2: positive, at most 20 octets as INTEGER content. Fails with
// invalid_argument.
[[nodiscard]] Result<void> check_serial_number(ByteView magnitude);

}  // namespace rakkan::pki
