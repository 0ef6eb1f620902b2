// The hashes that OCSP names certificates, keys and responders by (RFC 6960 §4.1.1, §4.2.1).
#pragma once

#include "rakkan/der/reader.hpp"
#include "rakkan/pki/ocsp_certificate_id.hpp"

namespace rakkan::pki {

[[nodiscard]] Bytes ocsp_name_hash(OcspNameHash hash, ByteView data);

// The octets of subjectPublicKey in a SubjectPublicKeyInfo, without tag, length and unused bits. Fails with
// malformed_der.
[[nodiscard]] Result<ByteView> subject_public_key(ByteView spki);

// KeyHash: SHA-1 of the key's octets. Fails with malformed_der.
[[nodiscard]] Result<Bytes> responder_key_hash(ByteView spki);

// The OCSPResponse, successful and of type id-pkix-ocsp-basic, around a complete BasicOCSPResponse (§4.2.1).
[[nodiscard]] Bytes wrap_basic_response(ByteView basic);

}  // namespace rakkan::pki
