// An EVP_PKEY_CTX made ready to sign or verify with a suite.
#pragma once

#include "crypto/openssl.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"

namespace rakkan::crypto {

enum class Operation { sign, verify };

// Makes a context for a scheme that takes a digest; fails with internal when OpenSSL refuses.
[[nodiscard]] Result<PkeyContext> begin_operation(Operation operation, EVP_PKEY* key, const AlgorithmSuite& suite);

}  // namespace rakkan::crypto
