// The one adapter around Botan's Argon2id (RFC 9106); compiles with Botan 2.19 and 3.
#pragma once

#include <cstdint>

#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::credentials {

struct Argon2Cost {
  std::uint32_t memory_kib = 0;
  std::uint32_t iterations = 0;
  std::uint32_t parallelism = 0;
};

// Computes a tag of `size` octets (RFC 9106 §3.1). Blocks for as long as the cost demands. Fails with internal when
// Botan refuses the cost or has no memory.
[[nodiscard]] Result<Bytes> argon2id(const SecureBytes& secret, ByteView salt, const Argon2Cost& cost,
                                     std::size_t size);

}  // namespace rakkan::credentials
