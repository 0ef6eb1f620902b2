#include "rakkan/crypto/system_random.hpp"

#include <openssl/rand.h>

#include "crypto/openssl.hpp"

namespace rakkan::crypto {

Result<void> SystemRandom::fill(ByteSpan out) {
  if (RAND_bytes_ex(nullptr, out.data(), out.size(), 0) != 1) {
    return fail(openssl_error("no random numbers"));
  }
  return {};
}

}  // namespace rakkan::crypto
