// OpenSSL's implementations of the hashes of verification.
#pragma once

#include <openssl/evp.h>

#include "rakkan/crypto/hash_algorithm.hpp"

namespace rakkan::crypto {

// The implementation, fetched once a process; null where OpenSSL has none.
[[nodiscard]] const EVP_MD* verification_digest(HashAlgorithm algorithm) noexcept;

}  // namespace rakkan::crypto
