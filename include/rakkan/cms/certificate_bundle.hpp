// Certificates as authorities publish those of issuers, behind the caIssuers URL of authorityInfoAccess (RFC 5280
// §4.2.2.1): one certificate in DER, or a certs-only CMS message (RFC 8551 §3.9) in BER or DER. Some send PEM, of
// either.
#pragma once

#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::cms {

// Reads such an answer, told by its content; the certificates come in its order, at most 256. Those of a CMS message
// that this library cannot read are passed over, so that one of them does not hide the others. Fails with
// malformed_certificate or malformed_cms; also when there is no certificate at all.
[[nodiscard]] Result<std::vector<pki::Certificate>> parse_certificate_bundle(ByteView answer);

}  // namespace rakkan::cms
