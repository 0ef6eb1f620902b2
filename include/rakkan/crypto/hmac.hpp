// HMAC (RFC 2104, FIPS 198-1) with SHA-256.
#pragma once

#include <initializer_list>

#include "rakkan/base/bytes.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::crypto {

// The HMAC over the parts as one text: a caller that needs their borders puts lengths between them.
[[nodiscard]] Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

}  // namespace rakkan::crypto
