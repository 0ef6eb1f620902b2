// SystemRandom is the source of randomness in programs.
#pragma once

#include "rakkan/base/random.hpp"

namespace rakkan::crypto {

// OpenSSL's CSPRNG (RAND_bytes), seeded by the kernel. Thread-safe.
class SystemRandom final : public RandomSource {
 public:
  [[nodiscard]] Result<void> fill(ByteSpan out) override;
};

}  // namespace rakkan::crypto
