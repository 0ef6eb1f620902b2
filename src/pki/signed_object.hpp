// The common structure of certificates, CRLs and certification requests: a part to be signed, the algorithm, the
// signature (RFC 5280 §4.1.1).
//
//   SEQUENCE { toBeSigned, signatureAlgorithm AlgorithmIdentifier, signatureValue BIT STRING }
#pragma once

#include <functional>
#include <initializer_list>

#include "rakkan/crypto/signer.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::pki {

// Signs `to_be_signed` and encodes that structure. The signature is verified with the signer's own public key before it
// is returned. Fails with unsupported_algorithm, self_check_failed, or with the signer's errors.
[[nodiscard]] Result<Bytes> sign_object(ByteView to_be_signed, const crypto::AlgorithmSuite& suite,
                                        crypto::Signer& signer);

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

// Writes an AuthorityKeyIdentifier with the keyIdentifier alone (RFC 5280 §4.2.1.1).
void write_authority_key_identifier(der::Writer& writer, ByteView key_identifier);

// Checks a serial number by RFC 5280 §4.1.2.2: positive, at most 20 octets as INTEGER content. Fails with
// invalid_argument.
[[nodiscard]] Result<void> check_serial_number(ByteView magnitude);

}  // namespace rakkan::pki
