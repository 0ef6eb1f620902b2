// AES in CBC mode (FIPS 197, SP 800-38A §6.2) without padding: what reading encrypted PDFs takes. Nothing is encrypted
// with it that leaves the program.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::crypto {

inline constexpr std::size_t kAesBlock = 16;

// Keys have 16 or 32 octets, the vector 16; the data are whole blocks. Fail with invalid_argument where they are not,
// with internal when OpenSSL does.
[[nodiscard]] Result<Bytes> aes_cbc_decrypt(ByteView key, ByteView vector, ByteView data);
[[nodiscard]] Result<Bytes> aes_cbc_encrypt(ByteView key, ByteView vector, ByteView data);

}  // namespace rakkan::crypto
