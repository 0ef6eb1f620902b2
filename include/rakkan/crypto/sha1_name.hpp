// SHA-1 (FIPS 180-4 §6.1) where a standard makes a name with it: the CertID and responder's key hash of OCSP (RFC 6960
// §4.1.1, §4.2.1; RFC 5019 §2.1.1 allows no other). A name proves nothing: it is no crypto::Digest and has no
// DigestAlgorithm, so no suite, signature or comparison of content can come by it. tests/tools/source_rules.py lists
// the files that may include this header.
#pragma once

#include <array>

#include "rakkan/base/bytes.hpp"

namespace rakkan::crypto {

using Sha1Name = std::array<Byte, 20>;

// Thread-safe. Throws bad_alloc when OpenSSL has no memory.
[[nodiscard]] Sha1Name sha1_name(ByteView data);

}  // namespace rakkan::crypto
