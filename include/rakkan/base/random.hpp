// RandomSource: randomness is an argument of the core, so that tests can fix it or let it fail. Programs use
// crypto::SystemRandom.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  // Fills all of `out` or fails with internal. Thread-safe.
  [[nodiscard]] virtual Result<void> fill(ByteSpan out) = 0;
};

}  // namespace rakkan
