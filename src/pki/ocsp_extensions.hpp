// Extensions of OCSP requests and responses (RFC 6960 §4.4).
#pragma once

#include <optional>
#include <vector>

#include "rakkan/der/writer.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/ocsp_response.hpp"

namespace rakkan::pki {

// The octets of the nonce (§4.4.1). Nonce ::= OCTET STRING since RFC 6960; responders of older times put the octets
// straight into extnValue, and are read too.
[[nodiscard]] std::optional<ByteView> find_ocsp_nonce(const std::vector<Extension>& extensions) noexcept;
void write_ocsp_nonce(der::Writer& writer, ByteView nonce);

// ArchiveCutoff ::= GeneralizedTime (§4.4.4). Fails with malformed_der.
[[nodiscard]] Result<Instant> parse_archive_cutoff(ByteView value);
// CertHash ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, certificateHash OCTET STRING } (Common PKI part 4). Fails
// with malformed_der.
[[nodiscard]] Result<OcspCertHash> parse_cert_hash(ByteView value);

}  // namespace rakkan::pki
